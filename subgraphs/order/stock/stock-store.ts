import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { createLockClient, type LockClient } from '../../../platform/redis/lock.ts';
import { BusyProducts } from './active-products.ts';
import { Gate } from './epoch-fence.ts';
import type { OrderWriter } from './order-writer.ts';
import { RedisClock } from './redis-clock.ts';
import { createStockKeys, type StockKeys } from './stock-keys.ts';
import { loadStockScripts, type StockScripts } from './stock-scripts.ts';
import { UnreadableKeys } from './unreadable-keys.ts';

/** What the parts of the stock service share: one connection to Redis, and what stands on it. */
export interface StockTools {
  readonly redis: Redis;
  readonly keys: StockKeys;
  readonly scripts: StockScripts;
  readonly gate: Gate;
  readonly clock: RedisClock;
  readonly locks: LockClient;
  readonly busyProducts: BusyProducts;
  readonly writer: OrderWriter;
  readonly unreadable: UnreadableKeys;
  /** Milliseconds since 1970, by the server that has the product. */
  readonly readClock: (productId: string) => Promise<number>;
  /** The id of that server as it is now: another one after every restart, and every promotion of a replica. */
  readonly readServerId: (productId: string) => Promise<string>;
}

/** @param onUnreadable called when keys of a product turn out to be unreadable, with the epoch; 0 where the gate is */
export function createStockTools(
  redis: Redis,
  prefix: string,
  writer: OrderWriter,
  logger: Logger,
  onUnreadable: (productId: string, epoch: number) => void,
): StockTools {
  const keys = createStockKeys(prefix);
  const clock = new RedisClock();
  redis.on('ready', () => clock.forget());
  const scripts = loadStockScripts(redis);
  const unreadable = new UnreadableKeys(onUnreadable);
  const readServer = (productId: string) =>
    scripts.readServer([keys.gate(productId)], []) as Promise<[now: number, serverId: string]>;
  return {
    redis,
    keys,
    scripts,
    gate: new Gate(redis, keys, unreadable),
    clock,
    locks: createLockClient(redis),
    busyProducts: new BusyProducts(redis, keys, scripts, logger),
    unreadable,
    writer,
    readClock: async (productId) => (await readServer(productId))[0],
    readServerId: async (productId) => (await readServer(productId))[1],
  };
}
