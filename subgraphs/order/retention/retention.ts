import { LRUCache } from 'lru-cache';
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { eachItem } from '../../../platform/lifecycle/each-item.ts';
import type { Logger } from '../../../platform/logger.ts';
import { isConnectionLost, isRetryableLockError } from '../../../platform/mysql/errors.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { retentionDeleted } from './metrics.ts';

/** Small, so that nothing waits long for the locks of a batch, and a replica falls behind by little. */
const PER_TRANSACTION = 200;
const TRANSACTIONS_PER_ROUND = 50;
/** How long an item that cannot be deleted is left alone, in milliseconds, and how many of them are. */
const ASIDE_MS = 3_600_000;
const MOST_ASIDE = 5_000;

/** One kind of rows that are deleted when they are old. */
export interface RetentionRule {
  /** For logs and metrics. */
  readonly name: string;
  /** The column whose values `remove` is given. */
  readonly key: string;
  /** `FROM … WHERE …` for what is old, by an index whose order is `orderBy`. */
  readonly find: string;
  readonly values: readonly unknown[];
  readonly orderBy: string;
  /** It marks rows for a later rule, and deletes none. */
  readonly isMark?: boolean;
  /**
   * Deletes these, whose rows this transaction has locked, with all that belongs to them.
   *
   * @returns those that it leaves for another time
   */
  readonly remove: (connection: PoolConnection, ids: readonly Buffer[]) => Promise<readonly Buffer[]>;
}

/** The statement that finds and locks a batch. Rows that another process works on are left out. */
export function findStatement(
  { key, find, values, orderBy }: RetentionRule,
  without: readonly Buffer[],
  limit: number,
): { readonly sql: string; readonly values: unknown[] } {
  const others = without.length > 0 ? `AND ${key} NOT IN (?)` : '';
  return {
    sql: `SELECT ${key} AS id ${find} ${others} ORDER BY ${orderBy} LIMIT ? FOR UPDATE SKIP LOCKED`,
    values: [...values, ...(others ? [without] : []), limit],
  };
}

/** Deletes what is old, by rules, in small batches. Any number of processes may do this at once: each takes rows that no other has locked. */
export class Retention {
  readonly #pool: Pool;
  readonly #rules: readonly RetentionRule[];
  readonly #logger: Logger;
  /** By rule and id: they are the oldest, so they would be found first each time, and no other would have its turn. */
  readonly #aside = new LRUCache<string, Buffer>({ max: MOST_ASIDE, ttl: ASIDE_MS });

  constructor(pool: Pool, rules: readonly RetentionRule[], logger: Logger) {
    this.#pool = pool;
    this.#rules = rules;
    this.#logger = logger;
  }

  /** One round of bounded length over all rules. A rule that fails does not keep the others waiting. */
  async run(): Promise<void> {
    const options = { job: 'retention', running: 1, logger: this.#logger };
    await eachItem(this.#rules, { ...options, keyOf: ({ name }) => name }, async (rule) => {
      const deleted = await this.#apply(rule);
      if (deleted > 0) this.#logger.info({ rule: rule.name, deleted }, 'old rows deleted');
    });
  }

  /** @returns how many were deleted */
  async #apply(rule: RetentionRule): Promise<number> {
    let deleted = 0;
    for (let batch = 0; batch < TRANSACTIONS_PER_ROUND; batch++) {
      const found = await this.#deleteBatch(rule, PER_TRANSACTION);
      deleted += found.deleted;
      if (found.all < PER_TRANSACTION) break;
    }
    return deleted;
  }

  /** Where a batch fails and no store is to blame, its rows are deleted one by one, and those that fail again are set aside. */
  async #deleteBatch(rule: RetentionRule, limit: number): Promise<{ deleted: number; all: number }> {
    let ids: readonly Buffer[] = [];
    let left: readonly Buffer[] = [];
    try {
      await inTransaction(this.#pool, async (connection) => {
        ids = await this.#find(connection, rule, limit);
        left = ids.length > 0 ? await rule.remove(connection, ids) : [];
      });
    } catch (error) {
      if (ids.length === 0 || isRetryableLockError(error) || isConnectionLost(error)) throw error;
      if (limit > 1) return this.#deleteOneByOne(rule, ids.length);
      this.#logger.error(
        { err: error, rule: rule.name, id: ids[0]!.toString('hex') },
        'a row cannot be deleted',
      );
      left = ids;
    }
    for (const id of left) this.#aside.set(`${rule.name} ${id.toString('hex')}`, id);
    const deleted = rule.isMark ? 0 : ids.length - left.length;
    retentionDeleted.labels(rule.name).inc(deleted);
    return { deleted, all: ids.length };
  }

  async #deleteOneByOne(rule: RetentionRule, count: number): Promise<{ deleted: number; all: number }> {
    let deleted = 0;
    for (let i = 0; i < count; i++) deleted += (await this.#deleteBatch(rule, 1)).deleted;
    return { deleted, all: count };
  }

  async #find(connection: PoolConnection, rule: RetentionRule, limit: number): Promise<Buffer[]> {
    this.#aside.purgeStale();
    const mine = [...this.#aside.entries()].filter(([key]) => key.startsWith(`${rule.name} `));
    const statement = findStatement(
      rule,
      mine.map(([, id]) => id),
      limit,
    );
    const [rows] = await connection.query<(RowDataPacket & { id: Buffer })[]>(
      statement.sql,
      statement.values,
    );
    return rows.map(({ id }) => id);
  }
}
