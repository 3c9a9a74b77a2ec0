import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureLog } from '../tests/harness/captured-log.ts';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';
import { readAnswer, type TestRouter } from './testing/router.ts';
import { startStubSubgraph, type StubSubgraph } from './testing/subgraphs.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
let redis: Redis;
let user: StubSubgraph;

beforeAll(async () => {
  redis = new Redis(stores.redisUrl);
  user = await startStubSubgraph(200, { data: { signIn: { __typename: 'Session' } } });
});
afterAll(async () => {
  redis.disconnect();
  await user.close(100);
});
const { start } = useRouterSurroundings({ stores, subgraphs: ['product'] });

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const post = async (router: TestRouter, body: object) =>
  readAnswer(
    await fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
const hashed = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(text) } },
});
const refusal = ({ status, errors }: Awaited<ReturnType<typeof post>>) => [
  status,
  errors[0]?.extensions.code,
];
/** The router connects to Redis by itself, and answers before it has. */
const connected = async (changes: Record<string, string> = {}) => {
  const router = await start({ ...changes });
  await waitUntil('Redis', async () => {
    const health = await fetch(`${router.url}/health/ready`);
    return ((await health.json()) as { checks: Record<string, string> }).checks['redis'] === 'ok';
  });
  return router;
};
const kept = async (text: string) =>
  (await redis.exists(`${stores.redisPrefix}document:${hashOf(text)}`)) === 1;

describe('an automatic persisted query', () => {
  it('is sent once with its text, and by every router from then on without', async () => {
    const text = 'query Once($id: ID!) { product(id: $id) { name } }';
    const [first, second] = [await connected(), await connected()];
    expect(refusal(await post(first, hashed(text)))).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
    const reply = await post(first, { query: text, variables: { id: '1' }, ...hashed(text) });
    expect(reply.data).toEqual({ product: { name: 'Product 1' } });
    await waitUntil('it to be kept', () => kept(text));
    for (const router of [first, second]) {
      const answer = await post(router, { variables: { id: '2' }, ...hashed(text) });
      expect(answer.data).toEqual({ product: { name: 'Product 2' } });
    }
    expect(await redis.pttl(`${stores.redisPrefix}document:${hashOf(text)}`)).toBeGreaterThan(80_000_000);
  });

  it('may come by GET, where a cache can keep its answer, and by its id alone', async () => {
    const text = 'query ByGet { serverTime }';
    const router = await connected();
    await post(router, { query: text, ...hashed(text) });
    await waitUntil('it to be kept', () => kept(text));
    const parameters = new URLSearchParams({ extensions: JSON.stringify(hashed(text).extensions) });
    const response = await fetch(`${router.url}/graphql?${parameters.toString()}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect((await readAnswer(response)).status).toBe(200);
    expect((await post(router, { id: hashOf(text) })).status).toBe(200);
  });

  it('is not kept when it is no good, too large, or one too many', async () => {
    const router = await connected({
      AUTOMATIC_PERSISTED_QUERIES_MAX_BYTES: '100',
      AUTOMATIC_PERSISTED_QUERIES_MAX: '3',
      REDIS_PREFIX: `${stores.redisPrefix}few:`,
    });
    const bad = '{ nothing }';
    const large = `{ serverTime } #${'x'.repeat(100)}`;
    const many = Array.from({ length: 6 }, (_, n) => `{ a${n}: serverTime }`);
    for (const text of [bad, large, ...many]) await post(router, { query: text, ...hashed(text) });
    const documents = () => redis.keys(`${stores.redisPrefix}few:document:*`);
    const expected = many.slice(0, 3).map((text) => `${stores.redisPrefix}few:document:${hashOf(text)}`);
    await waitUntil('them to be kept', documents, (keys) => keys.length >= 3);
    expect((await documents()).sort()).toEqual(expected.sort());
    for (const text of [bad, large])
      expect(refusal(await post(router, hashed(text)))).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
  });

  it.each<[what: string, text: string, operationName?: string]>([
    [
      'a mutation with a password',
      'mutation { signIn(input: { email: "jane@shop.example", password: "my password 1" }) { __typename } }',
    ],
    ['a mutation', 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }'],
    ['a query with a string', '{ product(id: "1") { name } }'],
    ['a query with a comment', '{ serverTime } # jane@shop.example'],
    ['a query beside a mutation', 'query A { serverTime } mutation B { signOut { __typename } }', 'A'],
  ])(
    'is not kept when it is %s: answered with its text each time, and not by its hash',
    async (_what, text, operationName) => {
      const router = await connected({ USER_URL: user.graphqlUrl });
      const variables = text.includes('$input') ? { input: { email: 'a@b.example', password: 'b' } } : {};
      for (let n = 0; n < 2; n++) {
        expect(refusal(await post(router, { variables, operationName, ...hashed(text) }))).toEqual([
          400,
          'PERSISTED_QUERY_NOT_FOUND',
        ]);
        const reply = await post(router, { query: text, variables, operationName, ...hashed(text) });
        expect(reply.errors).toEqual([]);
      }
      const good = `query Good { serverTime }`;
      await post(router, { query: good, ...hashed(good) });
      await waitUntil('a good one to be kept', () => kept(good));
      expect(await kept(text)).toBe(false);
    },
  );

  it('is not answered by its hash when an earlier release has kept it, and is deleted', async () => {
    const router = await connected({ USER_URL: user.graphqlUrl });
    const text =
      'mutation { signIn(input: { email: "jane@shop.example", password: "my password 2" }) { __typename } }';
    const key = `${stores.redisPrefix}document:${hashOf(text)}`;
    await redis.set(key, text);
    const before = user.received.length;
    for (let n = 0; n < 2; n++)
      expect(refusal(await post(router, hashed(text)))).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
    expect(user.received.length).toBe(before);
    await waitUntil('it to be deleted', async () => (await redis.exists(key)) === 0);
  });

  it('is not taken from Redis when it is another text than its hash says', async () => {
    const router = await connected();
    const text = 'query Mine { serverTime }';
    await redis.set(`${stores.redisPrefix}document:${hashOf(text)}`, 'query Theirs { serverTime }');
    expect(refusal(await post(router, hashed(text)))).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
  });

  it('is requested as text without Redis', async () => {
    const router = await start({ REDIS_URL: 'redis://127.0.0.1:9' });
    const text = 'query Alone { serverTime }';
    expect(refusal(await post(router, hashed(text)))).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
    expect((await post(router, { query: text, ...hashed(text) })).status).toBe(200);
  });
});

describe('a manifest', () => {
  const ONLY = { PERSISTED_OPERATIONS: 'only' };
  const listed = 'query Listed { serverTime }';
  const file = join(tmpdir(), `manifest-${process.pid}.json`);
  const write = (operations: object[]) =>
    writeFile(file, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
  beforeAll(() => write([{ id: hashOf(listed), name: 'Listed', body: listed }]));

  it('that is the only thing lets nothing else through, by text or by id', async () => {
    const router = await start({
      PERSISTED_OPERATIONS: 'only',
      PERSISTED_OPERATIONS_FILE: file,
    });
    for (const body of [
      { query: listed },
      { id: hashOf(listed) },
      hashed(listed),
      { query: listed, ...hashed(listed) },
    ])
      expect((await post(router, body)).status).toBe(200);
    for (const body of [{ query: `${listed} ` }, { id: hashOf('{ a }') }, { query: '{ __typename }' }])
      expect(refusal(await post(router, body))).toEqual([400, 'UNKNOWN_OPERATION']);
  });

  it('that is only for the log lets all through', async () => {
    const router = await connected({ PERSISTED_OPERATIONS: 'log', PERSISTED_OPERATIONS_FILE: file });
    for (const body of [{ query: listed }, { id: hashOf(listed) }, { query: '{ other: serverTime }' }])
      expect((await post(router, body)).status).toBe(200);
  });

  it('that is only for the log has unknown operations logged, without a word that a client wrote into them', async () => {
    const { logger, lines } = captureLog();
    const router = await start({ PERSISTED_OPERATIONS: 'log', PERSISTED_OPERATIONS_FILE: file }, logger);
    const query =
      'mutation Enter { signIn(input: {email: "jane@shop.example", password: "my password 1"}) { __typename } }';
    for (let n = 0; n < 2; n++) await post(router, { query });
    await post(router, { query: listed });
    await post(router, { query: 'query Other { serverTime }' });
    const logged = lines.filter((line) => line.includes('not in the manifest'));
    expect(logged.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ id: null, name: 'Enter', fields: ['Mutation.signIn'] }),
      expect.objectContaining({ id: hashOf('query Other { serverTime }'), name: 'Other' }),
    ]);
    expect(lines.join('')).not.toMatch(/my password|jane@/);
    expect(lines.join('')).not.toContain(hashOf(query));
  });

  it('has its operations answered however many others were new', async () => {
    const router = await start({
      PERSISTED_OPERATIONS: 'log',
      PERSISTED_OPERATIONS_FILE: file,
      RATE_LIMIT_NEW_OPERATIONS: '1/h burst 1',
    });
    expect((await post(router, { query: '{ a: serverTime }' })).status).toBe(200);
    expect(refusal(await post(router, { query: '{ b: serverTime }' }))).toEqual([429, 'RATE_LIMITED']);
    expect((await post(router, { id: hashOf(listed), operationName: 'Listed' })).status).toBe(200);
    expect(refusal(await post(router, { query: listed, operationName: 'Another' }))).toEqual([
      429,
      'RATE_LIMITED',
    ]);
  });

  it('names a document as each client does, by POST and by GET', async () => {
    const router = await start({ ...ONLY, PERSISTED_OPERATIONS_FILE: file });
    const hash = hashOf(listed);
    for (const name of ['documentId', 'doc_id', 'id']) {
      for (const id of [hash, `sha256:${hash}`]) {
        expect((await post(router, { [name]: id })).data).toHaveProperty('serverTime');
        const response = await fetch(
          `${router.url}/graphql?${new URLSearchParams({ [name]: id }).toString()}`,
        );
        expect((await readAnswer(response)).data).toHaveProperty('serverTime');
      }
    }
    for (const body of [
      { documentId: hash, query: listed },
      { documentId: `sha256:${hash}`, ...hashed(listed) },
    ])
      expect((await post(router, body)).status).toBe(200);
    for (const body of [
      { documentId: hash, id: hashOf('another') },
      { documentId: hash, query: 'query A { serverTime }' },
    ])
      expect(refusal(await post(router, body))).toEqual([400, 'BAD_REQUEST']);
  });

  it('may be several, as each client writes its own', async () => {
    const relay = join(tmpdir(), `relay-${process.pid}.json`);
    const ofRelay = 'query ByRelay { serverTime }';
    const md5 = createHash('md5').update(ofRelay).digest('hex');
    await writeFile(relay, JSON.stringify({ [md5]: ofRelay }));
    const router = await start({
      ...ONLY,
      PERSISTED_OPERATIONS_FILE: `${file}, ${relay}`,
    });
    for (const body of [
      { doc_id: md5 },
      { query: ofRelay },
      { documentId: hashOf(ofRelay) },
      { query: listed },
    ])
      expect((await post(router, body)).status).toBe(200);
    expect(refusal(await post(router, { doc_id: md5.replace(/^./, 'x') }))).toEqual([
      400,
      'UNKNOWN_OPERATION',
    ]);
  });

  it.each(['only', 'log'])(
    'has a document to which a client added __typename, which is no new one: %s',
    async (mode) => {
      const page = 'query Page($id: ID!) { product(id: $id) { name price { amount } } }';
      const pages = join(tmpdir(), `pages-${process.pid}.json`);
      await writeFile(pages, JSON.stringify({ page }));
      const router = await start({
        PERSISTED_OPERATIONS: mode,
        PERSISTED_OPERATIONS_FILE: pages,
        RATE_LIMIT_NEW_OPERATIONS: '1/h burst 1',
      });
      await post(router, { query: '{ takesTheOnlyUnit: serverTime }' });
      const sent = page.replace('name', 'name __typename').replace('amount', 'amount __typename');
      const answer = await post(router, { query: sent, variables: { id: '7' } });
      expect(answer.data).toEqual({
        product: {
          __typename: 'Product',
          name: 'Product 7',
          price: { __typename: 'Money', amount: expect.any(Number) as number },
        },
      });
      const other = await post(router, { query: sent.replace('amount', 'currency'), variables: { id: '7' } });
      expect(refusal(other)).toEqual(mode === 'only' ? [400, 'UNKNOWN_OPERATION'] : [429, 'RATE_LIMITED']);
    },
  );

  it('is taken while the router runs, unless it is no good', async () => {
    const changing = join(tmpdir(), `changing-${process.pid}.json`);
    const [before, after] = ['query Before { serverTime }', 'query After { serverTime }'];
    await writeFile(changing, JSON.stringify({ before }));
    const { logger, has } = captureLog();
    const router = await start(
      { ...ONLY, PERSISTED_OPERATIONS_FILE: changing, PERSISTED_OPERATIONS_REFRESH: '50ms' },
      logger,
    );
    const statusOf = async (query: string) => (await post(router, { query })).status;
    expect([await statusOf(before), await statusOf(after)]).toEqual([200, 400]);
    await writeFile(changing, '{"after":"{ ');
    await waitUntil('the bad one to be refused', () => has('the last good one stays'));
    expect([await statusOf(before), await statusOf(after)]).toEqual([200, 400]);
    await writeFile(changing, JSON.stringify({ after }));
    await waitUntil('the new one', async () => (await statusOf(after)) === 200);
    expect(await statusOf(before)).toBe(400);
  });

  it('that cannot be used stops the start', async () => {
    const startWith = (path: string) =>
      start({ PERSISTED_OPERATIONS: 'only', PERSISTED_OPERATIONS_FILE: path });
    await expect(startWith('nowhere.json')).rejects.toThrow('PERSISTED_OPERATIONS_FILE');
    await write([{ id: hashOf('something else'), body: listed }]);
    await expect(startWith(file)).rejects.toThrow("not its document's");
  });
});
