import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { readServerIdentity } from '../../../platform/mysql/server-identity.ts';
import type { Lock } from '../../../platform/redis/lock.ts';
import { reach } from '../failpoints.ts';
import { AutoExtendingLock, LockLost } from './auto-extending-lock.ts';
import { isUnreadable } from './unreadable-keys.ts';
import { redisIdOfBytes } from './redis-id.ts';
import { beginEpoch, readHoldings, type HeldByUser, type StockRow } from './stock-repository.ts';
import type { StockStore } from './stock-store.ts';

/** After this another process may take over from one that died, in milliseconds. */
const LOCK_TTL_MS = 10_000;
/** Longer than any attempt may be admitted after its begin. */
const LOSS_MEMORY_MS = 600_000;
const HOLDINGS_PER_CALL = 1_000;

export interface RebuildDependencies extends StockStore {
  readonly pool: Pool;
  readonly logger: Logger;
  /** How long the lock lives unless it is extended, in milliseconds. */
  readonly lockTtlMs?: number;
}

/**
 * `ready`: rebuilt, or found rebuilt once the lock was acquired. `busy`: another process rebuilds it. `lost`: the lock or the server
 * went away meanwhile. `noStock`: MySQL has no row, so there is nothing to sell.
 */
export type RebuildOutcome = 'ready' | 'busy' | 'lost' | 'noStock';

/** A connection of the pool leads to another MySQL server than the session of the batch writer. */
class AnotherServer extends Error {
  override readonly name = 'AnotherServer';
}

/** Units by user, as Redis takes them: `[user, units, user, units, …]`, so many at a time. */
type Holdings = (string | number)[][];

/**
 * Rebuilds Redis's numbers of a product from MySQL, under a new epoch.
 *
 * The order of the steps is the point. First the lock and the server's id: should Redis be emptied or replaced after
 * that, the gate will not open. Then the epoch: batches admitted before can commit no more, so what is read with it is
 * all that was sold; it must come from the MySQL server that orders are written to. Then the keys, and the gate last, so that no half-filled epoch is ever sold from.
 */
export async function rebuild(
  {
    redis,
    keys,
    scripts,
    fence,
    locks,
    activeProducts,
    readClock,
    readServerId,
    writer,
    pool,
    logger,
    lockTtlMs = LOCK_TTL_MS,
  }: RebuildDependencies,
  productId: string,
  options: { readonly countHoldings: boolean },
  isReady: () => Promise<boolean>,
): Promise<RebuildOutcome> {
  return locks.using(keys.lock(productId), { ttlMs: lockTtlMs, waitMs: 0 }, keepAndRun, 'busy' as const);

  async function keepAndRun(held: Lock): Promise<RebuildOutcome> {
    const lock = new AutoExtendingLock(held, lockTtlMs);
    try {
      return await run(lock);
    } catch (error) {
      if (error instanceof AnotherServer) {
        logger.warn({ productId }, 'a rebuild met another MySQL server than orders are written to');
        await writer.isCurrent();
        return 'lost';
      }
      if (!(error instanceof LockLost)) throw error;
      logger.warn({ err: error, productId }, 'a rebuild lost its lock');
      return 'lost';
    } finally {
      lock.stop();
    }
  }

  async function run(lock: AutoExtendingLock): Promise<RebuildOutcome> {
    // Each rebuild fails what is under way in the epoch before, so a second one for the same loss would do harm.
    if (await isReady()) return 'ready';
    activeProducts.add(productId);
    const begunAt = await readClock(productId);
    const serverId = await readServerId(productId);
    const shown = (await fence.currentEpoch(productId)) ?? 0;
    const source = await writer.connect();
    if (await isOfAnother(source, shown)) {
      // Two processes on two MySQL servers would each rebuild what the other has rebuilt, so only the server that the address leads
      // to now is rebuilt from.
      if (!(await writer.isCurrent())) return 'lost';
      logger.warn(
        { productId, epoch: shown },
        'stock in Redis is of another MySQL server than orders are written to',
      );
    }
    const found = await inTransaction(pool, async (connection) => {
      if ((await readServerIdentity(connection)) !== source) {
        connection.destroy();
        throw new AnotherServer();
      }
      const row = await beginEpoch(connection, productId, shown);
      const holdings: Holdings = [];
      if (row && options.countHoldings) {
        for await (const slice of readHoldings(connection, productId)) {
          holdings.push(...toCalls(slice));
          lock.assertHeld();
        }
      }
      return row && { row, holdings };
    });
    if (!found) return 'noStock';
    await reach('rebuild-after-epoch');

    if (found.row.epoch > 1 && (await mayHaveLostData(serverId, found.row.epoch - 1)))
      await redis.set(keys.refusals(productId).lostAt, begunAt, 'PX', LOSS_MEMORY_MS);
    await writeEpoch(lock, found.row, found.holdings, source);
    await reach('rebuild-before-gate');
    const before = Number(
      await scripts.openGate(
        [keys.gate(productId), keys.lock(productId)],
        [lock.token, found.row.epoch, serverId],
      ),
    );
    if (before < 0) {
      logger.warn(
        { productId, epoch: found.row.epoch },
        'a rebuild lost its lock or its server; its epoch stays shut',
      );
      return 'lost';
    }
    await reach('rebuild-after-gate');
    logger.info({ productId, epoch: found.row.epoch, before }, 'stock rebuilt');
    for (const old of new Set([before, found.row.epoch - 1])) {
      if (old > 0) await redis.unlink(...Object.values<string>({ ...keys.ofEpoch(productId, old) }));
    }
    return 'ready';
  }

  /** With the numbers of the epoch before, what was refused until now is gone; data that another server wrote may be older than it was. */
  async function mayHaveLostData(serverId: string, before: number): Promise<boolean> {
    if (await dropUnreadableRefusals()) return true;
    const shut = await readOrNull(() => redis.get(keys.gate(productId)));
    if (shut !== null) return !shut.includes(serverId);
    return (await redis.exists(keys.ofEpoch(productId, before).stock)) === 0;
  }

  /** What was refused is kept in keys of no epoch, which a new epoch does not replace. @returns whether some of it was lost */
  async function dropUnreadableRefusals(): Promise<boolean> {
    const { even, odd, lostAt } = keys.refusals(productId);
    const broken: string[] = [];
    for (const key of [even, odd])
      if ((await readOrNull(async () => String(await redis.hexists(key, '')))) === null) broken.push(key);
    if (broken.length > 0) await redis.unlink(...broken);
    const instant = await readOrNull(() => redis.get(lostAt));
    const isInstant = instant === null ? (await redis.exists(lostAt)) === 0 : /^\d+$/.test(instant);
    return broken.length > 0 || !isInstant;
  }

  async function isOfAnother(source: string, epoch: number): Promise<boolean> {
    const other = await readOrNull(() => redis.hget(keys.ofEpoch(productId, epoch).stock, 'source'));
    return other !== null && other !== source;
  }

  async function writeEpoch(
    lock: AutoExtendingLock,
    row: StockRow,
    holdings: Holdings,
    source: string,
  ): Promise<void> {
    const epochKeys = keys.ofEpoch(productId, row.epoch);
    await redis.unlink(...Object.values<string>({ ...epochKeys }));
    for (const part of holdings) {
      lock.assertHeld();
      await redis.hset(epochKeys.holding, ...part);
    }
    await redis.hset(epochKeys.stock, {
      total: row.total,
      sold: row.sold,
      reserved: 0,
      seq: 0,
      limited: options.countHoldings ? 1 : 0,
      source,
    });
  }
}

/** Keys that cannot be read hold nothing. */
async function readOrNull(read: () => Promise<string | null>): Promise<string | null> {
  try {
    return await read();
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}

function toCalls(slice: readonly HeldByUser[]): Holdings {
  const calls: Holdings = [];
  for (let start = 0; start < slice.length; start += HOLDINGS_PER_CALL) {
    const part = slice.slice(start, start + HOLDINGS_PER_CALL);
    calls.push(part.flatMap(([userId, held]) => [redisIdOfBytes(userId), held]));
  }
  return calls;
}
