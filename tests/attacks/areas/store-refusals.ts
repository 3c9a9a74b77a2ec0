import { MYSQL_SERVICES, type MysqlService } from '../../../scripts/stores/accounts/mysql-accounts.ts';
import { REDIS_SERVICES, type RedisService } from '../../../scripts/stores/accounts/redis-users.ts';

/** Statements and commands that the credentials of one service are not enough for. */

type Command = readonly [string, ...string[]];

interface Refusal<Service> {
  readonly service: Service;
  /** What is refused. */
  readonly title: string;
}

const TABLES: Readonly<Record<MysqlService, string>> = {
  user: 'account',
  product: 'product',
  order: 'orders',
};

/** @param base names the databases: `<base>_user` and so on */
export function mysqlRefusals(base: string): (Refusal<MysqlService> & { readonly statement: string })[] {
  return MYSQL_SERVICES.flatMap((service) => [
    ...MYSQL_SERVICES.filter((other) => other !== service).flatMap((other) => [
      { service, title: `a read of ${other}`, statement: `SELECT * FROM ${base}_${other}.${TABLES[other]}` },
      { service, title: `a write to ${other}`, statement: `DELETE FROM ${base}_${other}.${TABLES[other]}` },
      { service, title: `a drop of ${other}`, statement: `DROP DATABASE ${base}_${other}` },
    ]),
    { service, title: 'the accounts', statement: 'SELECT * FROM mysql.user' },
    { service, title: 'a new account', statement: "CREATE USER 'guest'@'%' IDENTIFIED BY 'guest guest'" },
    { service, title: 'a new database', statement: 'CREATE DATABASE elsewhere' },
    {
      service,
      title: 'a grant of its own rights',
      statement: `GRANT SELECT ON ${base}_${service}.* TO 'firstcome_${service === 'user' ? 'order' : 'user'}'@'%'`,
    },
    { service, title: 'a file', statement: "SELECT LOAD_FILE('/etc/passwd') INTO OUTFILE '/tmp/firstcome'" },
    { service, title: 'a weaker COMMIT', statement: 'SET GLOBAL innodb_flush_log_at_trx_commit = 0' },
  ]);
}

/** For every service. */
const ADMINISTRATION: readonly Command[] = [
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'],
  ['CONFIG', 'GET', '*'],
  ['ACL', 'LIST'],
  ['KEYS', '*'],
  ['SCAN', '0'],
  ['MONITOR'],
  ['SHUTDOWN'],
  ['SAVE'],
  ['REPLICAOF', '127.0.0.1', '1'],
  ['SCRIPT', 'FLUSH'],
  ['FUNCTION', 'FLUSH'],
  ['MODULE', 'LIST'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['EVAL', "return redis.call('FLUSHALL')", '0'],
  ['PSUBSCRIBE', '*'],
];

/** Of which service a key is, and who else may read it. */
const KEYS: readonly { readonly key: string; readonly owner: RedisService; readonly isRead?: true }[] = [
  { key: 'stock:{some-product}:gate', owner: 'order' },
  { key: 'job:reaper', owner: 'order' },
  { key: 'product:{some-product}', owner: 'product' },
  { key: 'verification:some-address', owner: 'user' },
  { key: 'attempts:sign-in:some-address', owner: 'user' },
  { key: '{ended-session}:some-session', owner: 'user', isRead: true },
  { key: 'rate:user:another', owner: 'router' },
  { key: 'document:some-hash', owner: 'router' },
];

const CHANNELS: readonly { readonly channel: string; readonly publisher: RedisService }[] = [
  { channel: 'stock-changes', publisher: 'order' },
  { channel: 'ended-sessions', publisher: 'user' },
];

/** @param prefix of the system's keys */
export function redisRefusals(prefix: string): (Refusal<RedisService> & { readonly command: Command })[] {
  return REDIS_SERVICES.flatMap((service) => [
    ...ADMINISTRATION.map((command) => ({ service, title: command.join(' '), command })),
    ...KEYS.filter(({ owner }) => owner !== service).flatMap(({ key, isRead }) => {
      const reads: Command[] = [
        ['GET', prefix + key],
        ['MGET', prefix + key],
        ['EVAL', "return redis.call('GET', KEYS[1])", '1', prefix + key],
        // A key that the script does not declare.
        ['EVAL', `return redis.call('GET', '${prefix}${key}')`, '0'],
      ];
      const writes: Command[] = [
        ['SET', prefix + key, '1'],
        ['DEL', prefix + key],
      ];
      return [...(isRead ? [] : reads), ...writes].map((command) => ({
        service,
        title: command.join(' '),
        command,
      }));
    }),
    ...CHANNELS.filter(({ publisher }) => publisher !== service).map(({ channel }) => {
      const command: Command = ['PUBLISH', prefix + channel, '{}'];
      return { service, title: command.join(' '), command };
    }),
    { service, title: 'a key outside the prefix', command: ['SET', 'elsewhere', '1'] },
  ]);
}
