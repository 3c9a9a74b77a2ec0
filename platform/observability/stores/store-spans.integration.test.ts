import type { Connection } from 'mysql2';
import { createPool, type Pool } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { createCoalescer } from '../../batching/coalescer.ts';
import { createLogger } from '../../logger.ts';
import { connectionOptions, prepareSession } from '../../mysql/connection-options.ts';
import { connectRedis, type Redis } from '../../redis/client.ts';
import { createLockClient } from '../../redis/lock.ts';
import { inSpan } from '../current-span.ts';
import { NO_SPAN, recordSpansTo, type Attributes, type Span, type SpanOptions } from '../span.ts';
import { traceRedis } from './redis-spans.ts';
import { traceSql } from './sql-spans.ts';

interface Seen {
  readonly name: string;
  readonly parent: string | null;
  readonly attributes: Record<string, unknown>;
  failure?: string | undefined;
}

const seen: Seen[] = [];

/** A span that writes itself down when it ends. */
function spanFor(name: string, parent: string | null, options: SpanOptions = {}): Span {
  const line: Seen = { name, parent, attributes: { ...options.attributes } };
  let isOpen = true;
  return {
    get isRecorded() {
      return isOpen;
    },
    traceparent: null,
    child: (childName, childOptions) => spanFor(childName, name, childOptions),
    setAttributes: (attributes: Attributes) => void Object.assign(line.attributes, attributes),
    end(failure) {
      isOpen = false;
      line.failure = failure;
      seen.push(line);
    },
  };
}

const request = (name: string): Span => spanFor(name, null);
const recorded = () => seen.map(({ name, parent }) => `${parent} > ${name}`);

const stores = useStores();
let pool: Pool;
let redis: Redis;
let ends: (() => void)[] = [];

beforeAll(async () => {
  pool = createPool({ ...connectionOptions(stores.mysqlUrl, 'mysql'), connectionLimit: 1 });
  redis = await connectRedis({ url: stores.redisUrl, logger: createLogger('test', 'silent') });
  await pool.query('SELECT 1');
});
afterAll(async () => {
  await pool.end();
  redis.disconnect();
});
beforeEach(() => {
  seen.length = 0;
  recordSpansTo({ start: (name) => request(name) });
  ends = [traceSql(), traceRedis()];
});
afterEach(() => {
  for (const end of ends) end();
  recordSpansTo(null);
});

describe('a statement', () => {
  it('is a child of the current span', async () => {
    await inSpan(request('Query.me'), () => pool.query('SELECT User FROM user WHERE User = ?', ['a-secret']));
    await inSpan(request('Query.me'), () => pool.execute('SELECT ? AS value', ['a-secret']));
    expect(recorded()).toEqual(['Query.me > SELECT user', 'Query.me > SELECT']);
    const { port, hostname } = new URL(stores.mysqlUrl);
    expect(seen[0]!.attributes).toEqual({
      'db.system.name': 'mysql',
      'db.namespace': 'mysql',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'user',
      'db.query.summary': 'SELECT user',
      'server.address': hostname,
      'server.port': Number(port),
    });
    expect(JSON.stringify(seen)).not.toContain('a-secret');
  });

  it('that waits for a connection is a child of its own span, not of the one that released the connection', async () => {
    const send = (name: string) => inSpan(request(name), () => pool.query(`SELECT SLEEP(0.01)`));
    await Promise.all([send('first'), send('second'), pool.query('SELECT 1'), send('third')]);
    expect(recorded()).toEqual(['first > SELECT', 'second > SELECT', 'third > SELECT']);
  });

  it('that fails has a number, and not the message of MySQL', async () => {
    await inSpan(request('Query.me'), () =>
      expect(pool.query('SELECT a_secret FROM user')).rejects.toThrow(/a_secret/),
    );
    expect(seen).toMatchObject([
      { failure: '1054', attributes: { 'db.response.status_code': '1054', 'error.type': '1054' } },
    ]);
    expect(JSON.stringify(seen)).not.toContain('a_secret');
  });

  it('without a response has no code of MySQL', async () => {
    const connection = await pool.getConnection();
    connection.destroy();
    await inSpan(request('Query.me'), () => expect(connection.query('SELECT 1')).rejects.toThrow());
    expect(seen).toMatchObject([{ failure: 'Error', attributes: { 'error.type': 'Error' } }]);
    expect(seen[0]!.attributes).not.toHaveProperty('db.response.status_code');
  });

  it('by which a session is prepared ends the session when it fails, traced or not', async () => {
    const unprepared = createPool({ ...connectionOptions(stores.mysqlUrl, 'mysql'), connectionLimit: 1 });
    unprepared.on('connection', (connection) => {
      const session = connection as unknown as Connection;
      prepareSession({ query: (() => session.query('SET SESSION nonsense = 1')) as Connection['query'] });
    });
    for (const _way of ['traced', 'untraced']) {
      await expect(unprepared.query('SELECT 1')).rejects.toThrow(/nonsense/);
      for (const end of ends.splice(0)) end();
    }
    await unprepared.end();
  });

  it('has no span where no trace is recorded, or after its request has ended', async () => {
    await pool.query('SELECT 1');
    await inSpan(NO_SPAN, () => pool.query('SELECT 1'));
    const answered = request('Query.me');
    answered.end();
    await inSpan(answered, () => pool.query('SELECT 1'));
    expect(recorded()).toEqual(['null > Query.me']);
  });

  it('of work that is done for several is a child of the first who is recorded', async () => {
    const work = createCoalescer(
      async (items: readonly string[]) => {
        await pool.query('SELECT User FROM user');
        return items;
      },
      { maxItems: 2 },
    );
    const send = (span: Span) => inSpan(span, () => work.submit('an item'));
    await Promise.all([
      send(NO_SPAN),
      send(request('first')),
      send(request('second')),
      send(request('third')),
      send(NO_SPAN),
    ]);
    expect(recorded()).toEqual(['first > SELECT user', 'second > SELECT user']);
  });
});

describe('a command', () => {
  it('is a child of the current span, and records neither key nor value', async () => {
    const key = `${stores.redisPrefix}a-secret`;
    await inSpan(request('Query.me'), () => redis.set(key, 'a-secret'));
    await inSpan(request('Query.me'), () => redis.get(key));
    expect(recorded()).toEqual(['Query.me > SET', 'Query.me > GET']);
    const { port, hostname } = new URL(stores.redisUrl);
    expect(seen[1]!.attributes).toEqual({
      'db.system.name': 'redis',
      'db.namespace': '0',
      'db.operation.name': 'GET',
      'server.address': hostname,
      'server.port': Number(port),
    });
    expect(JSON.stringify(seen)).not.toContain('a-secret');
  });

  it('that calls a script names it', async () => {
    const locks = createLockClient(redis);
    const options = { ttlMs: 1_000, waitMs: 0 };
    for (const _time of ['first', 'second'])
      await inSpan(request('job'), () =>
        locks.using(`${stores.redisPrefix}lock`, options, async () => true, false),
      );
    expect(recorded()).toEqual([
      'job > SET',
      'job > EVAL releaseLock',
      'job > SET',
      'job > EVALSHA releaseLock',
    ]);
    expect(seen[3]!.attributes).toMatchObject({ 'db.stored_procedure.name': 'releaseLock' });
  });

  it('that fails has the kind of its error', async () => {
    const key = `${stores.redisPrefix}string`;
    await redis.set(key, 'a-secret');
    await inSpan(request('Query.me'), () => expect(redis.incr(key)).rejects.toThrow());
    await inSpan(request('Query.me'), () => expect(redis.lpush(key, 'x')).rejects.toThrow());
    expect(seen.map(({ failure }) => failure)).toEqual(['ERR', 'WRONGTYPE']);
  });
});
