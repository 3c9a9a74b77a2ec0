import type { OutageLog } from '../outage-log.ts';
import type { Redis } from '../redis/client.ts';
import { loadScript } from '../redis/script.ts';
import type { Rate } from './rate.ts';

export interface Taken {
  readonly units: number;
  /** Until there is another one, in milliseconds; 0 when all that were wanted were taken. */
  readonly waitMs: number;
}

/** Token buckets in Redis, shared by all processes that have the keys. */
export interface SharedBuckets {
  /** Takes as many units as there are. Never rejects; null when Redis does not answer. */
  take(key: string, rate: Rate, wanted: number): Promise<Taken | null>;
}

/** After a failure no request waits for Redis for so long, in milliseconds. */
const COOLDOWN_MS = 1_000;

/** @param redis may still be connecting; its command timeout is how long a request may wait here */
export function createSharedBuckets(redis: Redis, outage: OutageLog): SharedBuckets {
  const takeUnits = loadScript(redis, new URL('./lua/takeUnits-1.lua', import.meta.url));
  let cooldownUntil = 0;

  return {
    async take(key, { perSecond, burst }, wanted) {
      if (redis.status !== 'ready' || performance.now() < cooldownUntil) return null;
      try {
        const [units, waitMs] = (await takeUnits([key], [1_000_000 / perSecond, burst, wanted])) as number[];
        outage.worked();
        return { units: Number(units), waitMs: Number(waitMs) };
      } catch (error) {
        outage.failed(error);
        cooldownUntil = performance.now() + COOLDOWN_MS;
        return null;
      }
    },
  };
}
