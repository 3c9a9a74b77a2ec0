import type { MySql, Numbers, Order, Process, Redis, State } from './state.ts';

/** A copy that may be changed. By hand, since each step of a search makes one. */
export const clone = (s: State): State => ({
  mysql: cloneMySql(s.mysql),
  transaction: { ...s.transaction, attempts: [...s.transaction.attempts] },
  mysqlReplica: s.mysqlReplica && cloneMySql(s.mysqlReplica),
  redis: s.redis.map(cloneRedis),
  redisReplica: s.redisReplica && cloneRedis(s.redisReplica),
  processes: s.processes.map(cloneProcess),
  late: s.late.map((late) => ({ ...late })),
  clients: s.clients.map((client) => ({ ...client })),
  isStale: s.isStale,
  budget: { ...s.budget },
});

const cloneOrder = ({ row, epoch, attempt }: Order): Order => ({ row, epoch, attempt });

export const cloneMySql = (m: MySql): MySql => ({
  server: m.server,
  total: m.total,
  sold: m.sold,
  epoch: m.epoch,
  orders: m.orders.map(cloneOrder),
  held: m.held.slice(),
  movements: m.movements.map(({ state, epoch }) => ({ state, epoch })),
});

const cloneNumbers = (n: Numbers): Numbers => ({
  isWritten: n.isWritten,
  source: n.source,
  total: n.total,
  sold: n.sold,
  held: n.held.slice(),
  records: n.records.slice(),
  applied: n.applied.slice(),
});

export const cloneRedis = (r: Redis): Redis => ({
  server: r.server,
  isReadOnly: r.isReadOnly,
  gateEpoch: r.gateEpoch,
  gateServer: r.gateServer,
  lock: r.lock,
  epochs: r.epochs.map(cloneNumbers),
  refused: r.refused.slice(),
  lostAt: r.lostAt.slice(),
});

const cloneProcess = ({ redis, handlers, reaper, rebuild, relay }: Process): Process => ({
  redis,
  handlers: handlers.map(({ state, attempt, epoch }) => ({ state, attempt, epoch })),
  reaper: { state: reaper.state, key: reaper.key, epoch: reaper.epoch },
  rebuild: { ...rebuild, held: rebuild.held.slice(), begun: rebuild.begun.slice() },
  relay,
});
