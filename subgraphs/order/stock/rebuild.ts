import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import type { Lock } from '../../../platform/redis/lock.ts';
import { redisId } from './redis-id.ts';
import { beginEpoch, readHoldings, type StockRow } from './stock-repository.ts';
import type { StockTools } from './stock-tools.ts';

/** How long a rebuild may take before another process may begin its own, in milliseconds. */
const LOCK_TTL_MS = 10_000;
const HOLDINGS_PER_CALL = 1_000;

export interface RebuildDependencies extends StockTools {
  readonly pool: Pool;
  readonly logger: Logger;
}

/**
 * `ready`: rebuilt, or found rebuilt once the lock was had. `busy`: another process is at it. `lost`: the lock or the server
 * went away meanwhile. `noStock`: MySQL has no row, so there is nothing to sell.
 */
export type RebuildOutcome = 'ready' | 'busy' | 'lost' | 'noStock';

/**
 * Makes Redis's numbers of a product anew from MySQL, under a new epoch.
 *
 * The order of the steps is the point. First the lock and the server's run id: should Redis be emptied or replaced after
 * that, the gate will not open. Then the epoch: batches admitted before can commit no more, so what is read with it is
 * all that was sold. Then the keys, and the gate last, so that no half-filled epoch is ever sold from.
 */
export async function rebuild(
  { redis, keys, scripts, locks, busyProducts, readRunId, pool, logger }: RebuildDependencies,
  productId: string,
  options: { readonly countHoldings: boolean },
  isReady: () => Promise<boolean>,
): Promise<RebuildOutcome> {
  return locks.using(keys.lock(productId), { ttlMs: LOCK_TTL_MS, waitMs: 0 }, run, 'busy' as const);

  async function run(lock: Lock): Promise<RebuildOutcome> {
    // Each rebuild fails what is under way in the epoch before, so a second one for the same loss would do harm.
    if (await isReady()) return 'ready';
    const runId = await readRunId(productId);
    const found = await inTransaction(pool, async (connection) => {
      const row = await beginEpoch(connection, productId);
      return row && { row, holdings: options.countHoldings ? await readHoldings(connection, productId) : [] };
    });
    if (!found) return 'noStock';

    await busyProducts.note(productId);
    await writeEpoch(found.row, found.holdings);
    const before = Number(
      await scripts.openGate(
        [keys.gate(productId), keys.lock(productId)],
        [lock.token, found.row.epoch, runId],
      ),
    );
    if (before < 0) {
      logger.warn(
        { productId, epoch: found.row.epoch },
        'a rebuild lost its lock or its server; its epoch stays shut',
      );
      return 'lost';
    }
    logger.info({ productId, epoch: found.row.epoch, before }, 'stock rebuilt');
    for (const old of new Set([before, found.row.epoch - 1])) {
      if (old > 0) await redis.unlink(...Object.values<string>({ ...keys.ofEpoch(productId, old) }));
    }
    return 'ready';
  }

  async function writeEpoch(row: StockRow, holdings: { userId: string; held: number }[]): Promise<void> {
    const epochKeys = keys.ofEpoch(productId, row.epoch);
    await redis.unlink(...Object.values<string>({ ...epochKeys }));
    for (let start = 0; start < holdings.length; start += HOLDINGS_PER_CALL) {
      const part = holdings.slice(start, start + HOLDINGS_PER_CALL);
      await redis.hset(epochKeys.holding, ...part.flatMap(({ userId, held }) => [redisId(userId), held]));
    }
    await redis.hset(epochKeys.stock, {
      total: row.total,
      sold: row.sold,
      reserved: 0,
      seq: 0,
      limited: options.countHoldings ? 1 : 0,
      forgotten: row.epoch === 1 ? 0 : 1,
    });
  }
}
