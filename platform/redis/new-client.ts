import { Cluster, Redis as SingleRedis, type CommonRedisOptions } from 'ioredis';
import type { RedisTarget } from './redis-url.ts';
import { stayConnected } from './stay-connected.ts';

export interface ClientSettings {
  /** Of each connection. */
  readonly common: CommonRedisOptions;
  readonly retryStrategy: (attempt: number) => number;
}

/** A client that is not connected yet, of the kind that the URL names. Nothing is queued, and nothing is sent twice. */
export function newClient(
  { kind, nodes, username, password, db, tls, sentinel }: RedisTarget,
  { common, retryStrategy }: ClientSettings,
): SingleRedis | Cluster {
  const access = {
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls } : {}),
  };
  const always = { enableOfflineQueue: false, lazyConnect: true };
  if (kind === 'cluster') {
    return new Cluster([...nodes], {
      ...always,
      redisOptions: { ...common, ...access },
      clusterRetryStrategy: retryStrategy,
      // A node that went away in the middle of a command may have run it.
      retryDelayOnFailover: 0,
      // Certificates are issued to names, so names are kept; by default they are replaced by addresses before a connection is made.
      ...(tls ? { dnsLookup: (name, callback) => callback(null, name) } : {}),
    });
  }
  const single = { ...common, ...access, ...always, db, retryStrategy };
  if (kind === 'single') return new SingleRedis({ ...single, ...nodes[0]! });
  const redis = new SingleRedis({
    ...single,
    sentinels: [...nodes],
    name: sentinel.master,
    ...(sentinel.username ? { sentinelUsername: sentinel.username } : {}),
    ...(sentinel.password ? { sentinelPassword: sentinel.password } : {}),
    sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
    sentinelRetryStrategy: retryStrategy,
    sentinelReconnectStrategy: retryStrategy,
    // A connection to a master that was replaced ends when the Sentinels report it.
    failoverDetector: true,
    ...(tls ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
  });
  stayConnected(redis, retryStrategy);
  return redis;
}

const SENTINEL_TIMEOUT_MS = 2_000;
