import type { Connection, Pool } from 'mysql2/promise';
import type { Scheduler } from 'fast-check';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { ABANDONED, type OrderRecord } from '../orders/order.ts';
import type { OrderRepository } from '../orders/order-repository.ts';
import type { WriterConnection } from '../batch/writer-connection.ts';

/**
 * What becomes of a COMMIT: it is answered; done, and the answer is lost; lost on the way; or done some time after its sender has lost
 * the connection.
 */
export type CommitFate = 'answered' | 'answerLost' | 'lost' | 'late';

interface Row {
  readonly id: string;
  readonly userId: string;
  readonly status: string;
  readonly requestHash: Buffer;
  readonly item?: { readonly epoch: number; readonly seq: number };
}

const lost = () =>
  Object.assign(new Error('Connection lost'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true });
const duplicate = () => Object.assign(new Error('Duplicate entry'), { errno: 1062 });

/** Purchases of one product, one unit each, and the row locks and COMMITs of the server, one statement at a time in any order. */
export class ScheduledMysql {
  readonly scheduler: Scheduler;
  readonly stock: { readonly total: number; sold: number };
  readonly rows = new Map<string, Row>();
  readonly #sessions = new Set<Session>();

  constructor(scheduler: Scheduler, total: number) {
    this.scheduler = scheduler;
    this.stock = { total, sold: 0 };
  }

  /** @param fates of the COMMITs of this process, in turn; answered when there are no more */
  writer(fates: readonly CommitFate[], canKill: boolean): WriterConnection {
    const left = [...fates];
    let session: Session | null = null;
    const open = () => {
      session = new Session(this, () => left.shift() ?? 'answered');
      this.#sessions.add(session);
      return session as unknown as Connection;
    };
    return {
      isUp: true,
      get: async () => (session ?? open()) as unknown as Connection,
      discard: () => (session = null),
      endLatest: async () => {
        const latest = session;
        session = null;
        await this.turn('KILL');
        if (!canKill) throw lost();
        latest?.end();
      },
    } as unknown as WriterConnection;
  }

  readonly pool = {
    query: async (_sql: string, [rows]: [readonly (readonly [Buffer, Buffer])[]]) => {
      for (const [id, userId] of rows) await this.#insertTombstone(bytesToUuid(id), bytesToUuid(userId));
      return [{}];
    },
  } as unknown as Pool;

  readonly stockPool = {
    query: async () => [[{ product_id: uuidToBytes(PRODUCT), ...this.stock, epoch: 1 }]],
  } as unknown as Pool;

  readonly orders = {
    findRecords: async (ids: readonly string[]) => {
      await this.turn('SELECT');
      return new Map(
        ids.flatMap((id) => {
          const row = this.rows.get(id);
          return row ? [[id, recordOf(row)] as const] : [];
        }),
      );
    },
  } as unknown as OrderRepository;

  /** Resolves when the scheduler gives this statement its turn. */
  turn(statement: string): Promise<void> {
    return this.scheduler.schedule(Promise.resolve(), statement);
  }

  /** @returns the session that has the row of this order, or of the stock, locked */
  holderOf(isHeld: (session: Session) => boolean, except: Session | null): Session | undefined {
    return [...this.#sessions].find((session) => session !== except && !session.isOver && isHeld(session));
  }

  async #insertTombstone(id: string, userId: string): Promise<void> {
    await this.turn('INSERT tombstone');
    for (let holder; (holder = this.holderOf(({ rows }) => rows.has(id), null));) await holder.over;
    if (!this.rows.has(id))
      this.rows.set(id, { id, userId, status: ABANDONED, requestHash: Buffer.alloc(16) });
  }
}

class Session {
  readonly rows = new Map<string, Row>();
  units = 0;
  isOver = false;
  over: Promise<void>;
  readonly #mysql: ScheduledMysql;
  readonly #nextFate: () => CommitFate;
  #endTransaction!: () => void;
  #isSilent = false;

  constructor(mysql: ScheduledMysql, nextFate: () => CommitFate) {
    this.#mysql = mysql;
    this.#nextFate = nextFate;
    this.over = new Promise((resolve) => (this.#endTransaction = resolve));
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<unknown> {
    const [first, ...more] = sql.split(';\n');
    if (more.length === 0) return this.#run(sql, values);
    const results: unknown[] = [];
    const left = [...values];
    for (const statement of [first!, ...more]) {
      const own = left.splice(0, statement.split('?').length - 1);
      const [result] = (await this.#run(statement, own)) as [unknown];
      results.push(result);
    }
    return [results];
  }

  async #run(sql: string, values: readonly unknown[]): Promise<unknown> {
    if (this.#isSilent) throw lost();
    await this.#mysql.turn(sql.slice(0, 30));
    if (sql === 'COMMIT') return this.#commit();
    if (sql === 'ROLLBACK') return this.#rollBack();
    if (sql.startsWith('INSERT INTO orders ')) return this.#insertOrders(values[0] as never);
    if (sql.startsWith('INSERT INTO order_item ')) return this.#insertItems(values[0] as never);
    if (sql.startsWith('UPDATE stock ')) return this.#takeUnits(values[0] as number);
    if (sql.startsWith('SELECT CAST(@writing_time')) return [[{ now: new Date(0) }]];
    return [[]];
  }

  /** The server ends the session: nothing of its transaction stays. */
  end(): void {
    this.#isSilent = true;
    this.isOver = true;
    this.#endTransaction();
  }

  async #insertOrders(rows: readonly (readonly [Buffer, Buffer, string, Buffer])[]): Promise<unknown> {
    for (const [idBytes, user, status, requestHash] of rows) {
      const id = bytesToUuid(idBytes);
      for (let holder; (holder = this.#mysql.holderOf((one) => one.rows.has(id), this));) await holder.over;
      if (this.#mysql.rows.has(id)) throw duplicate();
      this.rows.set(id, { id, userId: bytesToUuid(user), status, requestHash });
    }
    return [{}];
  }

  #insertItems(
    rows: readonly (readonly [Buffer, Buffer, number, number, string, number, number])[],
  ): unknown {
    for (const [order, , , , , epoch, seq] of rows) {
      const id = bytesToUuid(order);
      this.rows.set(id, { ...this.rows.get(id)!, item: { epoch, seq } });
    }
    return [{}];
  }

  async #takeUnits(units: number): Promise<unknown> {
    for (let holder; (holder = this.#mysql.holderOf((one) => one.units > 0, this));) await holder.over;
    const { total, sold } = this.#mysql.stock;
    if (sold + units > total) return [{ affectedRows: 0 }];
    this.units = units;
    return [{ affectedRows: 1 }];
  }

  async #commit(): Promise<unknown> {
    const fate = this.#nextFate();
    if (fate === 'answered') return this.#land();
    this.#isSilent = true;
    if (fate === 'answerLost') this.#land();
    // In the end the server notices that the client has gone.
    else void this.#mysql.turn(`${fate} COMMIT`).then(() => (fate === 'late' ? this.#land() : this.end()));
    throw lost();
  }

  #land(): unknown {
    if (this.isOver) return undefined;
    for (const [id, row] of this.rows) this.#mysql.rows.set(id, row);
    this.#mysql.stock.sold += this.units;
    this.#beginAnew();
    if (this.#isSilent) this.isOver = true;
    return [{}];
  }

  #rollBack(): unknown {
    this.#beginAnew();
    return [{}];
  }

  #beginAnew(): void {
    this.rows.clear();
    this.units = 0;
    const end = this.#endTransaction;
    this.over = new Promise((resolve) => (this.#endTransaction = resolve));
    end();
  }
}

function recordOf({ id, userId, status, requestHash, item }: Row): OrderRecord {
  if (status === ABANDONED) return { kind: 'tombstone' };
  const items = [{ productId: PRODUCT, quantity: 1, ...item! }];
  return { kind: 'order', requestHash, order: { id, userId, status, items } as never };
}

export const PRODUCT = '00000000-0000-8000-8000-000000000001';
