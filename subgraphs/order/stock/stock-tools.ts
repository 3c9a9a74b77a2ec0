import type { Redis } from '../../../platform/redis/client.ts';
import { createLockClient, type LockClient } from '../../../platform/redis/lock.ts';
import { BusyProducts } from './busy-products.ts';
import { Gate } from './gate.ts';
import { RedisClock } from './redis-clock.ts';
import { createStockKeys, type StockKeys } from './stock-keys.ts';
import { loadStockScripts, type StockScripts } from './stock-scripts.ts';

/** What the parts of the stock service share: one connection to Redis, and what stands on it. */
export interface StockTools {
  readonly redis: Redis;
  readonly keys: StockKeys;
  readonly scripts: StockScripts;
  readonly gate: Gate;
  readonly clock: RedisClock;
  readonly locks: LockClient;
  readonly busyProducts: BusyProducts;
}

export function createStockTools(redis: Redis, prefix: string): StockTools {
  const keys = createStockKeys(prefix);
  return {
    redis,
    keys,
    scripts: loadStockScripts(redis),
    gate: new Gate(redis, keys),
    clock: new RedisClock(redis),
    locks: createLockClient(redis),
    busyProducts: new BusyProducts(redis, keys),
  };
}
