import { afterAll, beforeAll } from 'vitest';
import type { TestStores } from './stores.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** A faulty line to Redis. @returns the proxy, and the stores as they are reached through it */
export function useRedisProxy(stores: TestStores): { proxy: TcpProxy; stores: TestStores } {
  const { hostname, port } = new URL(stores.redisUrl);
  const proxy = new TcpProxy({ host: hostname, port: Number(port) });
  const through = new URL(stores.redisUrl);
  beforeAll(async () => {
    through.hostname = '127.0.0.1';
    through.port = String(await proxy.start());
  });
  afterAll(() => proxy.stop());
  return {
    proxy,
    stores: {
      mysqlUrl: stores.mysqlUrl,
      redisPrefix: stores.redisPrefix,
      ...(stores.accounts ? { accounts: stores.accounts } : {}),
      get redisUrl() {
        return through.href;
      },
    },
  };
}
