import type { Logger } from '../logger.ts';
import { OutageLog } from '../outage-log.ts';
import { redisHosts } from './redis-url.ts';

/** By server and log: all connections of a process to one server fail together, for the same reason. */
const outages = new WeakMap<Logger, Map<string, OutageLog>>();

/** @param url as `parseRedisUrl` reads it */
export function redisOutage(url: string, logger: Logger): OutageLog {
  const host = redisHosts(url);
  const known = outages.get(logger) ?? new Map<string, OutageLog>();
  outages.set(logger, known);
  const outage =
    known.get(host) ??
    new OutageLog({
      logger,
      begins: 'Redis cannot be reached',
      ends: 'Redis is reached again',
      withoutStack: true,
      fields: { store: 'Redis', host },
    });
  known.set(host, outage);
  return outage;
}
