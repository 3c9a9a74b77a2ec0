import { afterAll, beforeAll } from 'vitest';
import { withOther, type TestStores } from './stores.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** The statement alone, as it is sent to MySQL: what prepares a session speaks of READ COMMITTED. */
export const COMMIT = '\u0003COMMIT';

/** A faulty line to MySQL. @returns the proxy, and the stores as they are reached through it */
export const useMysqlProxy = (stores: TestStores) => useProxy(stores, 'mysqlUrl');

/** A faulty line to Redis. @returns the proxy, and the stores as they are reached through it */
export const useRedisProxy = (stores: TestStores) => useProxy(stores, 'redisUrl');

function useProxy(
  stores: TestStores,
  store: 'mysqlUrl' | 'redisUrl',
): { proxy: TcpProxy; stores: TestStores } {
  const through = new URL(stores[store]);
  const proxy = new TcpProxy({ host: through.hostname, port: Number(through.port) });
  beforeAll(async () => {
    through.hostname = '127.0.0.1';
    through.port = String(await proxy.start());
  });
  afterAll(() => proxy.stop());
  return { proxy, stores: withOther(stores, { [store]: () => through.href }) };
}
