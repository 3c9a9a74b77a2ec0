import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { TestStores } from '../stores.ts';

/** What stands at one place, as bytes. */
export interface PlaceText {
  readonly place: string;
  readonly text: Buffer;
}

/** Every row of every table of the databases of a test, a table at a time. */
export async function* textsInMysql({ mysqlUrl }: TestStores): AsyncGenerator<PlaceText> {
  const server = new URL(mysqlUrl);
  const name = server.pathname.slice(1);
  server.pathname = '/';
  const connection = await createConnection({ uri: server.href, dateStrings: true });
  try {
    const [tables] = await connection.query<RowDataPacket[]>(
      'SELECT table_schema AS db, table_name AS tab FROM information_schema.tables WHERE table_schema LIKE ?',
      [`${name}\\_%`],
    );
    for (const { db, tab } of tables as { db: string; tab: string }[]) {
      const [rows] = await connection.query<RowDataPacket[]>({
        sql: `SELECT * FROM \`${db}\`.\`${tab}\``,
        rowsAsArray: true,
      });
      yield {
        place: `mysql ${db.slice(name.length + 1)}.${tab}`,
        text: joined(rows.flatMap((row): unknown[] => Object.values(row))),
      };
    }
  } finally {
    connection.destroy();
  }
}

/** Every key and value of a test, whatever its type. */
export async function* textsInRedis({ redisUrl, redisPrefix }: TestStores): AsyncGenerator<PlaceText> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, retryStrategy: null, lazyConnect: true });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    for await (const keys of redis.scanStream({ match: `${redisPrefix}*`, count: 1_000 })) {
      const values = await Promise.all((keys as string[]).map((key) => valuesOf(redis, key)));
      for (const [index, key] of (keys as string[]).entries())
        yield { place: `redis ${key.slice(redisPrefix.length)}`, text: joined([key, values[index]]) };
    }
  } finally {
    redis.disconnect();
  }
}

/** A key that goes meanwhile has no values. */
async function valuesOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case 'none':
      return [];
    case 'string':
      return redis.getBuffer(key);
    case 'hash':
      return redis.callBuffer('HGETALL', key);
    case 'set':
      return redis.smembersBuffer(key);
    case 'zset':
      return redis.zrangeBuffer(key, 0, -1, 'WITHSCORES');
    case 'list':
      return redis.lrangeBuffer(key, 0, -1);
    case 'stream':
      return redis.callBuffer('XRANGE', key, '-', '+');
    default:
      throw new Error(`${key} is a ${type}, which cannot be searched.`);
  }
}

const SEPARATOR = Buffer.from('\n');

/** Values one below the other, lists in lists as well. */
function joined(values: readonly unknown[]): Buffer {
  const parts: Buffer[] = [];
  const put = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(put);
    if (value === null || value === undefined) return;
    const isObject = typeof value === 'object' && !Buffer.isBuffer(value);
    parts.push(
      Buffer.isBuffer(value) ? value : Buffer.from(isObject ? JSON.stringify(value) : `${value as string}`),
      SEPARATOR,
    );
  };
  put(values);
  return Buffer.concat(parts);
}
