import { afterAll, beforeAll } from 'vitest';
import type { RunningRedis } from '../../scripts/stores/start-redis.ts';
import { withOther, type TestStores } from './stores.ts';

interface OtherRedis {
  readonly url: string;
  /** By service, where it has accounts for them. */
  readonly urls?: RunningRedis['urls'] | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Call before anything that uses the stores. @returns the stores with this Redis in place of the shared one */
export function useOtherRedis<Server extends OtherRedis>(
  stores: TestStores,
  redis: Server,
): { redis: Server; stores: TestStores } {
  beforeAll(() => redis.start());
  afterAll(() => redis.stop());
  return {
    redis,
    stores: withOther(stores, {
      redisUrl: () => redis.url,
      accounts: () => ({ mysql: stores.accounts?.mysql, redis: redis.urls }),
    }),
  };
}
