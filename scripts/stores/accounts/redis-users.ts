/**
 * Rights of each service in Redis: its commands, its keys and its channels, all under the prefix. Scripts run with the rights
 * of their caller, so the commands inside them are listed as well. A command that is new in a service is refused (`NOPERM`)
 * until it is listed here; the tests of the whole system run with these rights.
 */
interface RedisRights {
  readonly commands: readonly string[];
  /** Patterns without the prefix; read and written. */
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  /** Whether ended sessions are only read: by `MGET` and a subscription, and nothing else of this service there. */
  readonly readsEndedSessions: boolean;
}

export type RedisService = keyof typeof RIGHTS;

const COMMON = ['ping', 'info', 'eval', 'evalsha'];

export const RIGHTS = {
  router: {
    commands: ['get', 'set', 'unlink', 'exists', 'incr', 'pexpire', 'time', 'subscribe'],
    keys: ['rate:*', 'document:*', 'documents:*'],
    channels: ['stock-changes'],
    readsEndedSessions: true,
  },
  user: {
    commands: [
      ...['get', 'mget', 'set', 'del', 'incr', 'decrby', 'pexpire', 'pttl', 'time'],
      ...['hget', 'hgetall', 'hset', 'hdel', 'publish', 'subscribe'],
    ],
    keys: ['attempts:*', 'known-networks:*', 'verification:*', '{ended-session}:*'],
    channels: ['ended-sessions'],
    readsEndedSessions: false,
  },
  product: {
    commands: ['get', 'mget', 'set', 'del', 'time'],
    keys: ['product:*'],
    channels: [],
    readsEndedSessions: true,
  },
  order: {
    commands: [
      ...['get', 'set', 'del', 'unlink', 'exists', 'pexpire', 'pttl', 'time', 'publish'],
      ...['hget', 'hmget', 'hset', 'hdel', 'hexists', 'hincrby'],
      ...['zadd', 'zcard', 'zscore', 'zrange', 'zrangebyscore', 'zrem', 'zremrangebyscore'],
    ],
    keys: ['stock:*', 'job:*'],
    channels: ['stock-changes'],
    readsEndedSessions: true,
  },
} as const satisfies Record<string, RedisRights>;

export const REDIS_SERVICES = Object.keys(RIGHTS) as RedisService[];

export interface RedisUsersOptions {
  readonly passwords: Readonly<Record<RedisService, string>>;
  /** `REDIS_PREFIX`, as a pattern of Redis. */
  readonly prefix: string;
}

/**
 * @returns a line of redis.conf for each service: a user of its name. Nothing is said of `default`, who may do everything unless
 * another line says otherwise.
 */
export function redisUsers({ passwords, prefix }: RedisUsersOptions): string {
  return REDIS_SERVICES.map((service) => `${userLine(service, passwords[service], prefix)}\n`).join('');
}

/** A selector in parentheses grants what is inside for what is inside, and nothing together with what is outside. */
function userLine(service: RedisService, password: string, prefix: string): string {
  const { commands, keys, channels, readsEndedSessions }: RedisRights = RIGHTS[service];
  return [
    `user ${service} reset on >${password}`,
    ...keys.map((pattern) => `~${prefix}${pattern}`),
    ...channels.map((channel) => `&${prefix}${channel}`),
    ...[...COMMON, ...commands].map((command) => `+${command}`),
    ...(readsEndedSessions
      ? [`(%R~${prefix}{ended-session}:* &${prefix}ended-sessions +mget +subscribe)`]
      : []),
  ].join(' ');
}
