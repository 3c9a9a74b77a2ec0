import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { json, startHttpServer, type RunningHttpServer } from '../../../platform/http/server.ts';
import { createLogger } from '../../../platform/logger.ts';
import { LeakWatch } from '../../harness/leaks/leak-watch.ts';
import { OtlpReceiver } from '../../harness/otlp-receiver.ts';
import { useStores } from '../../harness/stores.ts';

const PASSWORD = 'correct horse "battery" staple';
const EMAIL = 'Mina.Kim@firstcome.example';
const CODE = '482913';
const PHONE = '+82 10-9876-5432';
const SECRET = createHash('sha256').update('a secret').digest('base64url');
const hash = (text: string) => createHash('sha256').update(text).digest();

const stores = useStores();
const database = `${new URL(stores.mysqlUrl).pathname.slice(1)}_user`;
const receiver = new OtlpReceiver();
const key = `${stores.redisPrefix}planted`;
let mysql: Connection;
let redis: Redis;
let collector: string;
let metrics: RunningHttpServer;
let metricsText = '';

beforeAll(async () => {
  const server = new URL(stores.mysqlUrl);
  server.pathname = '/';
  mysql = await createConnection(server.href);
  await mysql.query(`CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4`);
  await mysql.query(`CREATE TABLE \`${database}\`.planted (id INT PRIMARY KEY, text TEXT, bytes BLOB)`);
  redis = new Redis(stores.redisUrl);
  collector = await receiver.start();
  metrics = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 0,
    readiness: {},
    logger: createLogger('test', 'silent'),
    routes: { '/metrics': () => ({ ...json(200, {}), body: metricsText }) },
  });
});
afterAll(async () => {
  receiver.stop();
  redis.disconnect();
  await Promise.all([mysql.end(), metrics.close(100)]);
});
beforeEach(async () => {
  await Promise.all([mysql.query(`DELETE FROM \`${database}\`.planted`), redis.del(key)]);
  receiver.text = '';
  metricsText = '';
});

/** A process of which only the log is looked at. */
function watched() {
  const watch = new LeakWatch(stores);
  const service = { name: 'user' as const, url: metrics.url, log: '{"msg":"ready"}' };
  watch.watch(service, { OTEL_EXPORTER_OTLP_ENDPOINT: collector, IDENTITY_SECRET: SECRET });
  watch.values.addRequest(
    'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }',
    {
      input: {
        email: EMAIL,
        password: PASSWORD,
        verificationCode: CODE,
        phoneNumber: PHONE,
        name: '김민아 (Mina)',
      },
    },
    'head.payload.signature-of-a-token',
  );
  return { watch, service };
}

const row = (text: string | null, bytes: Buffer | null = null) =>
  mysql.query(`INSERT INTO \`${database}\`.planted VALUES (1, ?, ?)`, [text, bytes]);
const base64 = (text: string, before = '') => Buffer.from(`${before}${text}`).toString('base64');

/** What is planted, and how the report begins. */
const PLANTED: Readonly<Record<string, readonly [plant: () => unknown, found: string]>> = {
  'a row': [() => row(`to ${EMAIL}`), 'e-mail address in mysql user.planted'],
  'a row in lower case': [() => row(EMAIL.toLowerCase()), 'e-mail address in lower case in mysql'],
  'a row of bytes': [() => row(null, Buffer.from(`\0${PASSWORD}\xff`)), 'password in mysql'],
  'a row in hexadecimal': [
    () => row(Buffer.from(PASSWORD).toString('hex')),
    'password in hexadecimal in mysql',
  ],
  'a row in base64': [() => row(base64(EMAIL)), 'e-mail address in base64 in mysql'],
  'a row in base64, behind one character': [
    () => row(base64(EMAIL, 'a')),
    'e-mail address in base64 in mysql',
  ],
  'a row in base64, behind two characters': [
    () => row(base64(EMAIL, 'ab')),
    'e-mail address in base64 in mysql',
  ],
  'a row with a plain hash': [() => row(null, hash(CODE)), 'code as a plain hash in mysql'],
  'a row with a part of a plain hash': [
    () => row(null, hash(EMAIL).subarray(0, 20)),
    'e-mail address as a plain hash',
  ],
  'a row with a secret': [() => row(null, Buffer.from(SECRET, 'base64url')), 'secret as bytes in mysql'],
  'a name in another script': [() => row('for 김민아 (Mina)'), 'name in mysql'],
  'a string in Redis': [
    () => redis.set(key, `query { a(b: "${EMAIL}") }`),
    'e-mail address in redis planted',
  ],
  'a field of a hash': [() => redis.hset(key, 'phone', PHONE), 'phone number in redis planted'],
  'the name of a field': [() => redis.hset(key, PHONE, '1'), 'phone number in redis planted'],
  'a member of a set': [() => redis.sadd(key, EMAIL), 'e-mail address in redis planted'],
  'a member of a sorted set': [() => redis.zadd(key, 1, EMAIL), 'e-mail address in redis planted'],
  'an element of a list': [() => redis.rpush(key, 'a', `${CODE} is the code`), 'code in redis planted'],
  'an entry of a stream': [() => redis.xadd(key, '*', 'code', CODE), 'code in redis planted'],
};

describe('the search for leaks finds', () => {
  it('nothing where nothing is', async () => {
    const { watch, service } = watched();
    service.log += `{"a":"x${CODE}","b":"1.${CODE}","c":"${CODE}7"}`;
    await watch.beforeStop('/nowhere');
    expect(await watch.find()).toEqual([]);
  });

  it.each(Object.entries(PLANTED))('%s', async (_what, [plant, expected]) => {
    const { watch } = watched();
    await plant();
    expect(await watch.find()).toEqual([expect.stringContaining(expected)]);
    await expect(watch.assertNone()).rejects.toThrow('where they do not belong');
  });

  it('the name of a key', async () => {
    const { watch } = watched();
    await redis.set(`${stores.redisPrefix}of:${EMAIL}`, '1');
    expect(await watch.find()).toEqual([expect.stringContaining('e-mail address in redis of:')]);
    await redis.del(`${stores.redisPrefix}of:${EMAIL}`);
  });

  it('a line of a log, in JSON in JSON as well', async () => {
    const { watch, service } = watched();
    service.log += JSON.stringify({ body: JSON.stringify({ PASSWORD }) });
    expect(await watch.find()).toEqual([expect.stringContaining('password in JSON in JSON in log of user')]);
  });

  it('an attribute of a span', async () => {
    const { watch } = watched();
    receiver.text = `{"attributes":[{"key":"user","value":{"stringValue":"${EMAIL}"}}]}`;
    expect(await watch.find()).toEqual([expect.stringContaining('e-mail address in traces')]);
  });

  it('a label of a metric', async () => {
    const { watch } = watched();
    metricsText = `requests_total{user="${EMAIL}"} 1`;
    await watch.beforeStop('/nowhere');
    expect(await watch.find()).toEqual([expect.stringContaining('e-mail address in metrics')]);
  });

  it('the message of an error, and of a refusal, but not the text of a request', async () => {
    const { watch } = watched();
    watch.noteAnswer({ data: { me: { email: EMAIL } } });
    expect(await watch.find()).toEqual([]);
    watch.noteAnswer({ errors: [{ message: `"${CODE}" is wrong`, extensions: { requestId: 'a' } }] });
    watch.noteAnswer({ data: { signUp: { __typename: 'InvalidInput', message: `${PHONE} is none` } } });
    expect((await watch.find()).sort()).toEqual([
      expect.stringContaining('code in errors'),
      expect.stringContaining('phone number in errors'),
    ]);
  });

  it('a token that was sent, one that was given out, and a secret of the data folder', async () => {
    const { watch, service } = watched();
    watch.noteAnswer({
      data: { signIn: { accessToken: 'a.b.given-out-token', refreshToken: 'refresh-token-1' } },
    });
    const folder = await mkdtemp(join(tmpdir(), 'firstcome-leaks-'));
    await mkdir(join(folder, 'secrets'));
    await writeFile(join(folder, 'secrets', 'LOOKUP_KEY'), 'a lookup key of a demo');
    await watch.beforeStop(folder);
    await rm(folder, { recursive: true });
    for (const word of [
      'signature-of-a-token',
      'given-out-token',
      'refresh-token-1',
      'a lookup key of a demo',
    ]) {
      service.log = word;
      expect(await watch.find(), word).toHaveLength(1);
    }
  });

  it('values that a client has written into a document or under another name', async () => {
    const { watch, service } = watched();
    watch.values.addRequest(
      'mutation { signIn(input: { email: "a@b.example", password: "in the text" }) { a } }',
      {},
    );
    watch.values.addRequest('mutation ($p: String!) { changePassword(input: { newPassword: $p }) { a } }', {
      p: 'by variable',
    });
    watch.values.addRequest('mutation ($input: SignInInput!) { signIn(input: $input) { a } }', {
      input: { password: { deep: ['far below'] } },
    });
    for (const word of ['a@b.example', 'in the text', 'by variable', 'far below']) {
      service.log = word;
      expect(await watch.find(), word).toHaveLength(1);
    }
  });
});
