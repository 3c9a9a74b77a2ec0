import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Redis } from 'ioredis';
import { captureLog } from '../tests/harness/captured-log.ts';
import { useRedisProxy } from '../tests/harness/store-proxy.ts';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';
import {
  goodClaims,
  makeToken,
  rsaKey,
  startIssuer,
  USER_ID,
  type TestIssuer,
} from '../platform/identity/tokens/testing/issuer.ts';
import { readAnswer, routerForThisTest, startTestRouter, type TestRouter } from './testing/router.ts';
import { startStubSubgraph, startTestSubgraph } from './testing/subgraphs.ts';
import { useRouter } from './testing/use-router.ts';

const stores = useStores();
const silenced = useRedisProxy(stores);
const PURCHASE = `mutation { purchase(input: {productId: "1", idempotencyKey: "key-0000-0000-0001"}) { __typename } }`;
const RESTOCK = `mutation { restock(input: {productId: "1", change: 1, idempotencyKey: "key-0000-0000-0001"}) { __typename } }`;
let redis: Redis;
beforeAll(() => {
  redis = new Redis(stores.redisUrl);
});
afterAll(() => redis.disconnect());
const { key, issuer, order, router, settings, start } = useRouter({
  stores,
  subgraphs: ['product', 'order'],
  issuer: true,
});

const refused = (answer: Awaited<ReturnType<TestRouter['execute']>>) => ({
  status: answer.status,
  code: answer.errors[0]?.extensions.code,
});

describe('authorization', () => {
  it('an anonymous caller cannot buy', async () => {
    const answer = await router.execute({ query: PURCHASE });
    expect(refused(answer)).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('a caller without the scope cannot restock', async () => {
    expect(refused(await router.execute({ query: RESTOCK }))).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    expect(refused(await router.execute({ query: RESTOCK, token: makeToken(key) }))).toEqual({
      status: 403,
      code: 'FORBIDDEN',
    });
  });

  it('a signed-in caller buys', async () => {
    const answer = await router.execute({ query: PURCHASE, token: makeToken(key) });
    expect(answer).toMatchObject({ status: 200, data: { purchase: { __typename: 'PurchaseConfirmed' } } });
  });

  it('a bad token is refused even where none is needed', async () => {
    const expired = makeToken(key, { ...goodClaims(), exp: 1 });
    expect(refused(await router.execute({ query: '{ serverTime }', token: expired }))).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
  });

  it('another scheme is refused', async () => {
    const answer = await router.execute({
      query: '{ serverTime }',
      headers: { authorization: 'Basic YTpi' },
    });
    expect(refused(answer)).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('rules without keys to check tokens by do not start', async () => {
    await expect(startTestRouter({ ...settings, JWKS_URL: 'off' })).rejects.toThrow(/JWKS_URL/);
  });
});

describe('a bad token beside a mutation that needs no caller', () => {
  const REFRESH = 'mutation { refreshSession(input: {refreshToken: "r"}) { __typename } }';
  const answered = { data: { refreshSession: { __typename: 'InvalidRefreshToken' } } };
  const bad: [string, () => string][] = [
    ['expired', () => `Bearer ${makeToken(key, { ...goodClaims(), exp: 1 })}`],
    ['forged', () => `Bearer ${makeToken(rsaKey('key-1'))}`],
    ['of another scheme', () => 'Basic YTpi'],
    ['empty', () => ''],
  ];

  it.each(bad)('counts as none, and gives no identity: %s', async (_what, authorization) => {
    const user = await startStubSubgraph(200, answered);
    onTestFinished(() => user.close());
    const open = await start({ USER_URL: user.graphqlUrl });
    const headers = { authorization: authorization() };
    const answer = await open.execute({ query: REFRESH, headers });
    expect(answer).toMatchObject({ status: 200, errors: [], ...answered });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const [identity = ''] = String(user.received[0]?.headers['x-firstcome-identity']).split('.');
    expect(Buffer.from(identity, 'base64url').toString()).not.toContain(USER_ID);
    expect(user.received[0]?.headers).not.toHaveProperty('authorization');

    const query =
      'mutation { refreshSession(input: {refreshToken: "r"}) { __typename } signOut { __typename } }';
    expect(refused(await open.execute({ query, headers }))).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect(user.received).toHaveLength(1);
  });

  it('is limited as any other of its network', async () => {
    const user = await startStubSubgraph(200, answered);
    onTestFinished(() => user.close());
    const limited = await routerForThisTest({
      ...settings,
      USER_URL: user.graphqlUrl,
      REDIS_PREFIX: `${stores.redisPrefix}limited:`,
      RATE_LIMIT_PER_FIELD: 'Mutation.refreshSession 1/h burst 2 per address',
    });
    const statuses: number[] = [];
    for (const token of [makeToken(rsaKey('key-1')), 'garbage', makeToken(rsaKey('key-1'))])
      statuses.push((await limited.execute({ query: REFRESH, token })).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

it('the answer to a query with any Authorization header is for no shared cache', async () => {
  const query = '{ products { nodes { id } } }';
  const cacheControl = async (headers: Record<string, string>) =>
    (await router.execute({ query, headers })).headers.get('cache-control');
  expect(await cacheControl({ authorization: '' })).toBe('no-store');
  expect(await cacheControl({ authorization: `Bearer ${makeToken(key)}` })).toBe('no-store');
});

it('which check a token has not passed is in the log line of its request, and nothing of the token is', async () => {
  const { logger, lines, has } = captureLog();
  const logged = await start({}, logger);
  const token = makeToken(key, { ...goodClaims(), aud: 'another-shop' });
  const answer = await logged.execute({ query: '{ serverTime }', token });
  expect(answer.errors).toMatchObject([{ message: 'Sign in first: a valid access token is needed.' }]);
  await waitUntil('the line', () => has('"answered"'));
  const line = lines.find((one) => one.includes('"answered"'))!;
  expect(JSON.parse(line)).toMatchObject({ outcome: 'UNAUTHENTICATED', refusedToken: 'audience' });
  for (const part of [...token.split('.'), 'another-shop', USER_ID])
    expect(lines.join('')).not.toContain(part);
});

describe('tokens of another provider beside those of the shop', () => {
  const theirs = rsaKey('key-1');
  const auth0 = 'https://shop.eu.auth0.com/';
  const claims = () => ({ ...goodClaims(), iss: auth0, sub: 'auth0|507f1f77bcf86cd799439020', aud: 'api' });
  let provider: TestIssuer;
  let both: TestRouter;

  beforeAll(async () => {
    provider = await startIssuer(theirs);
    both = await startTestRouter({
      ...settings,
      JWT_ISSUER: `firstcome, ${auth0}`,
      JWT_AUDIENCE: 'firstcome, api',
      JWKS_URL: `${issuer.jwksUrl}, ${provider.jwksUrl}`,
    });
  });
  afterAll(async () => {
    await both.close();
    await provider.close();
  });

  it('buy as a user whose id is always the same UUID', async () => {
    for (let n = 0; n < 2; n++) {
      const answer = await both.execute({ query: PURCHASE, token: makeToken(theirs, claims()) });
      expect(answer).toMatchObject({ status: 200, data: { purchase: { __typename: 'PurchaseConfirmed' } } });
      expect(order.identities.at(-1)?.caller?.userId).toBe('683f84aa-fb76-80be-a608-d838b4f6a34f');
    }
    await both.execute({ query: PURCHASE, token: makeToken(key) });
    expect(order.identities.at(-1)?.caller?.userId).toBe(USER_ID);
  });

  it('are refused where one issuer signs for the other', async () => {
    for (const token of [makeToken(theirs), makeToken(key, claims())])
      expect(refused(await both.execute({ query: '{ serverTime }', token }))).toEqual({
        status: 401,
        code: 'UNAUTHENTICATED',
      });
  });

  it('of eight kilobytes are read', async () => {
    const token = makeToken(theirs, { ...claims(), groups: 'x'.repeat(5_600) });
    expect((await both.execute({ query: '{ serverTime }', token })).status).toBe(200);
  });

  it('stop the start where settings do not fit each other', async () => {
    const wrong = { ...settings, JWT_ISSUER: 'a, b, c', JWT_AUDIENCE: 'a, b' };
    await expect(startTestRouter(wrong)).rejects.toThrow(/JWT_AUDIENCE/);
  });
});

describe('the identity that subgraphs receive', () => {
  it('is that of the token, signed, with the request id and the remaining time', async () => {
    const token = makeToken(key, { ...goodClaims(), scope: 'stock:write catalog:write' });
    await router.execute({ query: PURCHASE, token, headers: { 'x-request-id': 'request-to-follow' } });
    const identity = order.identities.at(-1);
    expect(identity).toMatchObject({
      caller: { userId: USER_ID, scopes: new Set(['stock:write', 'catalog:write']), sessionId: 'session-1' },
      requestId: 'request-to-follow',
    });
    expect(identity?.remainingMs).toBeGreaterThan(5_000);
    expect(identity?.remainingMs).toBeLessThanOrEqual(10_000);
  });

  it('is nothing that the client says of itself', async () => {
    const canned = await startStubSubgraph(200, { data: { serverTime: '2026-01-02T03:04:05.678Z' } });
    const fronted = await start({ PRODUCT_URL: canned.graphqlUrl });
    await fronted.execute({
      query: '{ serverTime }',
      headers: {
        'x-firstcome-identity': 'forged',
        'x-user-id': 'admin',
        cookie: 'a=b',
        'x-forwarded-for': '1.2.3.4',
      },
    });
    const headers = canned.received[0]?.headers ?? {};
    expect(Object.keys(headers).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'x-firstcome-identity',
      'x-request-id',
    ]);
    expect(headers['x-firstcome-identity']).not.toBe('forged');
    await canned.close();
  });

  it('is not believed when it was signed by another secret, which the caller learns nothing of', async () => {
    const suspicious = await startTestSubgraph('product', 'another secret');
    const fronted = await start({ PRODUCT_URL: suspicious.graphqlUrl });
    const answer = await fronted.execute({ query: '{ serverTime }' });
    expect(refused(answer)).toEqual({ status: 503, code: 'UNAVAILABLE' });
    expect(answer.text).not.toContain('router only');
    await suspicious.close();
  });
});

describe('a session that has ended', () => {
  const endSession = async (sid: string) => {
    await redis.set(`${stores.redisPrefix}{ended-session}:${sid}`, '1', 'EX', 60);
    await redis.publish(`${stores.redisPrefix}ended-sessions`, sid);
  };
  const whenReady = (some: TestRouter) =>
    waitUntil('the router to listen', async () => {
      const health = await fetch(`${some.url}/health/ready`);
      return ((await health.json()) as { checks: Record<string, string> }).checks['redis'] === 'ok';
    });

  it('is refused within a second, though its token was good a moment ago', async () => {
    await whenReady(router);
    const token = makeToken(key, { ...goodClaims(), sid: 'session-that-ends' });
    expect((await router.execute({ query: '{ serverTime }', token })).status).toBe(200);
    await endSession('session-that-ends');
    await waitUntil(
      'the refusal',
      async () => (await router.execute({ query: '{ serverTime }', token })).status === 401,
      Boolean,
      1_000,
    );
    const other = makeToken(key, { ...goodClaims(), sid: 'session-that-goes-on' });
    expect((await router.execute({ query: '{ serverTime }', token: other })).status).toBe(200);
  });

  it('is refused by a router that was not there when it ended', async () => {
    await endSession('session-of-yesterday');
    const late = await start();
    await whenReady(late);
    const token = makeToken(key, { ...goodClaims(), sid: 'session-of-yesterday' });
    expect((await late.execute({ query: '{ serverTime }', token })).status).toBe(401);
  });

  it('is refused after a while without Redis in which it ended', async () => {
    const token = makeToken(key, { ...goodClaims(), sid: 'session-in-the-gap' });
    const cutOff = await start();
    await whenReady(cutOff);
    expect((await cutOff.execute({ query: '{ serverTime }', token })).status).toBe(200);
    await redis.set(`${stores.redisPrefix}{ended-session}:session-in-the-gap`, '1', 'EX', 60);
    await redis.client('KILL', 'TYPE', 'pubsub');
    await waitUntil(
      'the refusal',
      async () => (await cutOff.execute({ query: '{ serverTime }', token })).status === 401,
    );
  });

  it('is refused within ten seconds where it ended while Redis was silent', async () => {
    const token = makeToken(key, { ...goodClaims(), sid: 'session-in-the-silence' });
    const cutOff = await start({ REDIS_URL: silenced.stores.redisUrl });
    await whenReady(cutOff);
    expect((await cutOff.execute({ query: '{ serverTime }', token })).status).toBe(200);
    silenced.proxy.silence();
    await endSession('session-in-the-silence');
    await waitUntil(
      'the refusal',
      async () => (await cutOff.execute({ query: '{ serverTime }', token })).status === 401,
      Boolean,
      10_000,
    );
    await whenReady(cutOff);
  });

  it('cannot be checked without Redis, and does not stop the others', async () => {
    const alone = await start({ REDIS_URL: 'redis://127.0.0.1:9' });
    expect((await alone.execute({ query: '{ serverTime }' })).status).toBe(200);
    expect((await alone.execute({ query: PURCHASE, token: makeToken(key) })).status).toBe(200);
    expect((await fetch(`${alone.url}/health/ready`)).status).toBe(503);
  });
});

it('without an issuer, anonymous requests are answered and tokens are not judged', async () => {
  const orphan = await start({ JWKS_URL: 'http://127.0.0.1:9/jwks' });
  expect((await orphan.execute({ query: '{ serverTime }' })).status).toBe(200);
  const answer = await orphan.execute({ query: '{ serverTime }', token: makeToken(key) });
  expect(refused(answer)).toEqual({ status: 503, code: 'UNAVAILABLE' });
});

it('what has no token is refused before it is planned or sent', async () => {
  const before = order.identities.length;
  const answer = await readAnswer(
    await fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation { x: purchase(input: {productId: "1", idempotencyKey: "k"}) { __typename } }`,
      }),
    }),
  );
  expect(answer.status).toBe(401);
  expect(order.identities.length).toBe(before);
});
