import { Cluster, type Redis as SingleRedis } from 'ioredis';
import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { createLockClient, type LockClient } from '../../../platform/redis/lock.ts';
import { ActiveProducts } from './active-products.ts';
import { EpochFence } from './epoch-fence.ts';
import { GracePeriod } from './grace-period.ts';
import type { OrderWriter } from './order-writer.ts';
import { RedisClock } from './redis-clock.ts';
import { createStockKeys, type StockKeys } from './stock-keys.ts';
import { loadStockScripts, type StockScripts } from './stock-scripts.ts';
import { UnreadableKeys } from './unreadable-keys.ts';

/** What the parts of stock share: one connection to Redis, with the keys, scripts, clock and locks on it. */
export interface StockStore {
  readonly redis: Redis;
  readonly keys: StockKeys;
  readonly scripts: StockScripts;
  readonly fence: EpochFence;
  readonly clock: RedisClock;
  readonly grace: GracePeriod;
  readonly locks: LockClient;
  readonly activeProducts: ActiveProducts;
  readonly writer: OrderWriter;
  readonly unreadable: UnreadableKeys;
  /** Milliseconds since 1970, by the server that has the product. */
  readonly readClock: (productId: string) => Promise<number>;
  /** The id of that server as it is now: another one after every restart, and every promotion of a replica. */
  readonly readServerId: (productId: string) => Promise<string>;
}

export function createStockStore(
  redis: Redis,
  prefix: string,
  writer: OrderWriter,
  logger: Logger,
): StockStore {
  const keys = createStockKeys(prefix);
  const clock = new RedisClock();
  const grace = new GracePeriod();
  redis.on('ready', () => {
    clock.forget();
    grace.begin();
  });
  if (redis instanceof Cluster)
    redis.on('+node', (node: SingleRedis) => node.on('ready', () => grace.begin()));
  const scripts = loadStockScripts(redis);
  const unreadable = new UnreadableKeys();
  const readServer = (productId: string) =>
    scripts.readServer([keys.gate(productId)], []) as Promise<[now: number, serverId: string]>;
  return {
    redis,
    keys,
    scripts,
    fence: new EpochFence(redis, keys, unreadable),
    clock,
    grace,
    locks: createLockClient(redis),
    activeProducts: new ActiveProducts(redis, keys, scripts, logger),
    unreadable,
    writer,
    readClock: async (productId) => (await readServer(productId))[0],
    readServerId: async (productId) => (await readServer(productId))[1],
  };
}
