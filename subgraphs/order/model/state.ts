/** All that is to be known about the system at one moment. Everything is a small whole number, so that a state takes some 100 bytes. */

export const PROCESSES = 2;
export const KEYS = 2;
/** Epochs go from 1 to this. A search goes no further when it is reached. */
export const MAX_EPOCH = 4;

/** What stands under an order's id in MySQL. */
export const ROW = { none: 0, order: 1, cancelled: 2, tombstone: 3 } as const;
/** The record of a purchase in Redis: `R:…` and `S`. */
export const RECORD = { none: 0, reserved: 1, settled: 2 } as const;
export const MOVEMENT = { none: 0, written: 1, applied: 2 } as const;

/** Where an attempt is, in one process. */
export const HANDLER = {
  idle: 0,
  /** Begun; not reserved yet. */
  begun: 1,
  /** Reserved, under `epoch`; waits in the batch's queue. */
  queued: 2,
  /** Part of the transaction that is open. */
  writing: 3,
  /** COMMIT was not answered: to be resolved by a tombstone. */
  resolving: 4,
  /** Refused by the script at `epoch`; MySQL is to be read. */
  refused: 5,
  /** MySQL has nothing; the refusal is to be remembered. */
  lookedUp: 6,
  /** Reserved and refused: a tombstone, then the release. */
  givingUp: 7,
  /** Answered; the reservation of `epoch` is to be confirmed, in the background. */
  confirming: 8,
  /** Answered; the reservation of `epoch` is to be released, in the background. */
  releasing: 9,
  /** The script said that the key was settled before. */
  settled: 10,
} as const;

export const REBUILD = { idle: 0, locked: 1, counted: 2, begun: 3, written: 4 } as const;
export const REAPER = { idle: 0, found: 1, confirming: 2, releasing: 3 } as const;
export const SCRIPT = { reserve: 1, confirm: 2, release: 3, applyMovement: 4 } as const;
/** Of a transaction whose COMMIT was sent and whose session is lost. */
export const NO_PROCESS = 3;

export interface Order {
  row: number;
  /** Of the reservation that admitted it. */
  epoch: number;
  /** Which attempt under the key wrote it. Not in MySQL: the invariants need it. */
  attempt: number;
}

/** Holds the rows of its orders and the stock row until it ends. */
export interface Transaction {
  /** 0: there is none. 1 and 2: the process. `NO_PROCESS`: it commits or is rolled back at any later time. */
  owner: number;
  /** Bit mask. */
  keys: number;
  epoch: number;
  attempts: number[];
}

export interface MySql {
  server: number;
  total: number;
  sold: number;
  epoch: number;
  orders: Order[];
  /** Units by user. */
  held: number[];
  /** The give-back of each key's order, and last a restock of -1. */
  movements: { state: number; epoch: number }[];
}

/** The keys of one epoch. */
export interface Numbers {
  /** The stock hash is written. */
  isWritten: number;
  source: number;
  total: number;
  sold: number;
  held: number[];
  records: number[];
  applied: number[];
}

export interface Redis {
  server: number;
  isReadOnly: number;
  /** 0: there is no gate. */
  gateEpoch: number;
  gateServer: number;
  /** 0: free; 1 and 2: the process; `NO_PROCESS`: of one that is gone, until it expires. */
  lock: number;
  /** By epoch; 0 is not used. */
  epochs: Numbers[];
  /** For each key how many attempts had begun when it was last refused for good. */
  refused: number[];
  /** The same when the memory of refusals was lost. */
  lostAt: number[];
}

export interface Handler {
  state: number;
  attempt: number;
  epoch: number;
}

export interface Process {
  /** Which of the Redis servers its connection leads to. */
  redis: number;
  handlers: Handler[];
  reaper: { state: number; key: number; epoch: number };
  rebuild: {
    state: number;
    server: number;
    shown: number;
    epoch: number;
    total: number;
    sold: number;
    source: number;
    held: number[];
    /** Attempts of each key that had begun. */
    begun: number[];
  };
  /** 1 and above: the movement that was applied and is not marked yet. */
  relay: number;
}

/** A script whose caller was not answered: it runs at any later time, or never. */
export interface LateScript {
  script: number;
  redis: number;
  key: number;
  epoch: number;
  attempt: number;
  source: number;
}

/** What the client of a key did and was answered. */
export interface Client {
  /** Attempts that have begun; they are numbered from 1. */
  begun: number;
  /** The deadlines of so many attempts have passed. */
  expired: number;
  wasConfirmed: number;
  wasAbandoned: number;
  /** A definite refusal was answered that binds so many attempts. */
  refusedUpTo: number;
}

/** How often each of these may still happen. */
export type Budget = ReturnType<typeof emptyBudget>;

export interface State {
  mysql: MySql;
  transaction: Transaction;
  /** What a replica has, once it has stopped following. */
  mysqlReplica: MySql | null;
  redis: Redis[];
  redisReplica: Redis | null;
  processes: Process[];
  late: LateScript[];
  clients: Client[];
  /** A batch has failed on its epoch, and the gate is not at MySQL's yet: the product has to be rebuilt. */
  isStale: number;
  budget: Budget;
}

export const isOrder = ({ row }: Order): boolean => row === ROW.order || row === ROW.cancelled;

export const noNumbers = (): Numbers => ({
  isWritten: 0,
  source: 0,
  total: 0,
  sold: 0,
  held: [0, 0],
  records: [0, 0],
  applied: [0, 0, 0],
});

export const noLate = (): LateScript => ({ script: 0, redis: 0, key: 0, epoch: 0, attempt: 0, source: 0 });

export const emptyBudget = () => ({
  faults: 0,
  redisLost: 0,
  timeout: 0,
  commitLost: 0,
  crash: 0,
  mysqlLost: 0,
  lockLost: 0,
  unwritable: 0,
  cancel: 0,
  restock: 0,
  abandon: 0,
  snapshot: 0,
  repair: 0,
});

export const noRebuild = (): Process['rebuild'] => ({
  state: REBUILD.idle,
  server: 0,
  shown: 0,
  epoch: 0,
  total: 0,
  sold: 0,
  source: 0,
  held: [0, 0],
  begun: [0, 0],
});

export const noReaper = (): Process['reaper'] => ({ state: REAPER.idle, key: 0, epoch: 0 });
export const noHandler = (): Handler => ({ state: HANDLER.idle, attempt: 0, epoch: 0 });
export const noTransaction = (): Transaction => ({ owner: 0, keys: 0, epoch: 0, attempts: [0, 0] });

const noOrder = (): Order => ({ row: ROW.none, epoch: 0, attempt: 0 });

/** A Redis server without data. */
export const emptyRedis = (server: number): Redis => ({
  server,
  isReadOnly: 0,
  gateEpoch: 0,
  gateServer: 0,
  lock: 0,
  epochs: Array.from({ length: MAX_EPOCH + 1 }, noNumbers),
  refused: [0, 0],
  lostAt: [0, 0],
});

/** A product with units, on sale. */
export function initialState(total: number, budget: Budget): State {
  const redis = emptyRedis(1);
  redis.gateEpoch = 1;
  redis.gateServer = 1;
  redis.epochs[1] = { ...noNumbers(), isWritten: 1, source: 1, total };
  return {
    mysql: {
      server: 1,
      total,
      sold: 0,
      epoch: 1,
      orders: [noOrder(), noOrder()],
      held: [0, 0],
      movements: [0, 1, 2].map(() => ({ state: MOVEMENT.none, epoch: 0 })),
    },
    transaction: noTransaction(),
    mysqlReplica: null,
    redis: [redis],
    redisReplica: null,
    processes: [0, 1].map(() => ({
      redis: 0,
      handlers: [noHandler(), noHandler()],
      reaper: noReaper(),
      rebuild: noRebuild(),
      relay: 0,
    })),
    late: [],
    isStale: 0,
    clients: [0, 1].map(() => ({ begun: 0, expired: 0, wasConfirmed: 0, wasAbandoned: 0, refusedUpTo: 0 })),
    budget,
  };
}
