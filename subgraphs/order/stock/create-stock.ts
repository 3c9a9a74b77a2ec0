import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import type { LockOptions } from '../../../platform/redis/lock.ts';
import { StockAnnouncer } from './announce-stock.ts';
import { KeyRepair } from './key-repair.ts';
import { MovementRelay } from './movement-relay.ts';
import { OldKeys } from './old-keys.ts';
import type { OrderWriter } from './order-writer.ts';
import { StockReader } from './read-stock.ts';
import { RefusalMemory } from './refusal-memory.ts';
import { StockReconciliation } from './stock-reconciliation.ts';
import { StockService } from './stock-service.ts';
import { createStockStore } from './stock-store.ts';

export interface StockOptions {
  readonly redis: Redis;
  readonly pool: Pool;
  readonly writer: OrderWriter;
  readonly prefix: string;
  /** Whether purchases are admitted by Redis; if not, MySQL has the only numbers. */
  readonly isInRedis: boolean;
  /** How long a reservation may stay unsettled before the reaper settles it, in milliseconds. */
  readonly reservationTtlMs: number;
  /** How long a settled key is remembered in Redis, in milliseconds. */
  readonly memoryMs: number;
  /** No attempt is admitted longer than this after its begin, in milliseconds. */
  readonly attemptLifetimeMs: number;
  /** Given: purchases are admitted one by one, under this lock. */
  readonly lock?: LockOptions;
  readonly logger: Logger;
}

/** The parts of stock, put together once for a process. They share one `StockStore`, which nothing outside of this folder uses. */
export function createStock({
  redis,
  pool,
  writer,
  prefix,
  isInRedis,
  reservationTtlMs,
  memoryMs,
  attemptLifetimeMs,
  lock,
  logger,
}: StockOptions) {
  const store = createStockStore(redis, prefix, writer, logger);
  const stock = new StockService(store, {
    pool,
    reservationTtlMs,
    memoryMs,
    ...(lock ? { lock } : {}),
    logger,
  });
  const keyRepair = new KeyRepair(stock, store, logger);
  store.unreadable.subscribe((productId, epoch) => keyRepair.schedule(productId, epoch));
  const stockReader = new StockReader(isInRedis ? stock : null, pool);
  const announcer = new StockAnnouncer({
    redis,
    prefix,
    read: (productId) => stockReader.read(productId),
    logger,
  });
  stock.subscribe(announcer.changed);
  return {
    stock,
    stockReader,
    announcer,
    refusalMemory: new RefusalMemory(store, attemptLifetimeMs),
    relay: new MovementRelay(stock, pool, logger),
    oldKeys: new OldKeys(store, pool, logger),
    /** null where Redis has no numbers: then there is nothing to reconcile. */
    reconciliation: isInRedis ? new StockReconciliation(stock, store, pool, logger) : null,
  };
}
