import { afterAll, afterEach, beforeAll } from 'vitest';
import { withOther, type TestStores } from './stores.ts';
import { TcpProxy } from './tcp-proxy.ts';

/**
 * The statement alone (what prepares a session contains READ COMMITTED), as mysql2 sends it: MySQL's protocol has two bytes of query
 * attributes before the text, MariaDB's has none.
 */
export const COMMIT = /\x03(\x00\x01)?COMMIT$/;

/** A batch of purchases sends this before its COMMIT; no other transaction does. */
export const ofPurchases = { behind: 'UPDATE stock SET sold' } as const;

/** A faulty connection to MySQL. @returns the proxy, and the stores as they are reached through it */
export const useMysqlProxy = (stores: TestStores) => useProxy(stores, 'mysqlUrl');

/** A faulty connection to Redis. @returns the proxy, and the stores as they are reached through it */
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
  afterEach(() => {
    if (proxy.isWaiting)
      throw new Error('The message that was to be lost or late was never sent: no fault was injected.');
  });
  afterAll(() => proxy.stop());
  return { proxy, stores: withOther(stores, { [store]: () => through.href }) };
}
