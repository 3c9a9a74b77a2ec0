import { describe, expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { goodClaims, makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import type { Answer, TestRouter } from './testing/router.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
const { key, start: startRouter } = useRouterSurroundings({
  stores,
  subgraphs: ['product', 'order'],
  issuer: true,
  settings: { RATE_LIMIT_PER_FIELD: 'off' },
});

let prefixes = 0;
const start = (changes: Record<string, string>): Promise<TestRouter> =>
  startRouter({ REDIS_PREFIX: `${stores.redisPrefix}${prefixes++}:`, ...changes });

const PING = { query: '{ serverTime }' };
const user = (n: number) =>
  makeToken(key, { ...goodClaims(), sub: `0198c0de-0000-7000-8000-00000000000${n}` });
const times = (count: number, execute: (n: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: count }, (_, n) => execute(n)));
const passed = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;
const refused = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 429);

describe('a client above its rate', () => {
  it('gets the time to come back, in the header and beside the code', async () => {
    const router = await start({ RATE_LIMIT_PER_ADDRESS: '3/m' });
    const answers = await times(5, () => router.execute(PING));
    expect(passed(answers)).toBe(3);
    const [answer] = refused(answers);
    const { code, retryAfterMs } = answer!.errors[0]!.extensions;
    expect(code).toBe('RATE_LIMITED');
    expect(retryAfterMs).toBeGreaterThan(10_000);
    expect(retryAfterMs).toBeLessThanOrEqual(20_000);
    expect(Number(answer!.headers.get('retry-after'))).toBe(Math.ceil(retryAfterMs! / 1_000));
    expect(answer!.errors[0]!.message).toContain('this address');
  });

  it('as a user is counted apart from other users, wherever they are', async () => {
    const router = await start({ RATE_LIMIT_PER_USER: '4/h', TRUSTED_PROXIES: '1' });
    const from = (n: number) => ({ 'x-forwarded-for': `203.0.113.${n}` });
    const execute = (who: number) => (n: number) =>
      router.execute({ ...PING, token: user(who), headers: from(n) });
    expect(passed(await times(10, execute(1)))).toBe(4);
    expect(passed(await times(10, execute(2)))).toBe(4);
    expect(passed(await times(10, () => router.execute(PING)))).toBe(10);
  });

  it('from an address is counted apart from other addresses, good requests and bad ones alike', async () => {
    const router = await start({ RATE_LIMIT_PER_ADDRESS: '4/h', TRUSTED_PROXIES: '1' });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const bad = await times(6, () => router.execute({ query: '{ nothing }', headers: from('203.0.113.1') }));
    expect(refused(bad)).toHaveLength(2);
    expect((await router.execute({ ...PING, headers: from('203.0.113.1') })).status).toBe(429);
    expect((await router.execute({ ...PING, headers: from('203.0.113.2') })).status).toBe(200);
    await times(4, (n) => router.execute({ ...PING, headers: from(`2001:db8:1:1::${n}`) }));
    expect((await router.execute({ ...PING, headers: from('2001:db8:1:1:ffff::1') })).status).toBe(429);
  });

  it('for a field is counted for that field only, by user or by address', async () => {
    const router = await start({
      RATE_LIMIT_PER_FIELD: 'Mutation.purchase 3/h per user, Query.products 2/h per address',
    });
    const buy = (who: number) => (n: number) =>
      router.execute({
        query: `mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }`,
        variables: { input: { productId: '1', idempotencyKey: `key-0000-0000-000${n}` } },
        token: user(who),
      });
    expect(passed(await times(6, buy(1)))).toBe(3);
    expect(passed(await times(6, buy(2)))).toBe(3);
    const list = (n: number) =>
      router.execute({ query: '{ products { totalCount nodes { id } } }', token: user(n) });
    expect(refused(await times(5, list))).toHaveLength(3);
    expect((await router.execute({ ...PING, token: user(1) })).status).toBe(200);
  });

  it('at two routers is counted at both', async () => {
    const shared = { REDIS_PREFIX: `${stores.redisPrefix}shared:`, RATE_LIMIT_PER_USER: '8/h' };
    const routers = [await start(shared), await start(shared)];
    const ready = async (router: TestRouter) => (await fetch(`${router.url}/health/ready`)).text();
    await Promise.all(routers.map(ready));
    const answers = await times(40, (n) => routers[n % 2]!.execute({ ...PING, token: user(5) }));
    expect(passed(answers)).toBe(8);
  });

  it('with new operations is refused them, and known operations are executed for all', async () => {
    const router = await start({ RATE_LIMIT_NEW_OPERATIONS: '1/h burst 20', TRUSTED_PROXIES: '1' });
    const from = (n: number) => ({ headers: { 'x-forwarded-for': `203.0.113.${n}` } });
    const honest = (n: number) => ({ query: `query Honest${n} { product(id: "1") { id } }`, ...from(2) });
    for (let n = 0; n < 5; n++) expect((await router.execute(honest(n))).status).toBe(200);

    let isOver = false;
    const flood: Answer[] = [];
    const stranger = async (who: number) => {
      for (let n = 0; !isOver; n++) {
        const query = `query New${who}_${n} { products { nodes { stock { remaining } } edges { node { stock { remaining } } } } }`;
        flood.push(await router.execute({ query, ...from(1) }));
      }
    };
    const strangers = [1, 2, 3, 4].map(stranger);
    const answers: Answer[] = [];
    while (answers.length < 200) answers.push(await router.execute(honest(answers.length % 10)));
    isOver = true;
    await Promise.all(strangers);

    expect(passed(answers)).toBe(200);
    // A process that has just started is slow: time beyond what the units pay for is charged afterwards.
    expect(passed(flood)).toBeLessThanOrEqual(20);
    expect(passed(flood)).toBeGreaterThan(5);
    expect(refused(flood)).toHaveLength(flood.length - passed(flood));
    // What is missing of one unit, by chance anything up to the whole of it, which takes an hour.
    expect(refused(flood)[0]!.errors[0]!.extensions.retryAfterMs).toBeGreaterThan(1_000);
    expect(refused(flood)[0]!.errors[0]!.message).toContain('new operations from this address');
    expect((await router.execute({ ...honest(1), ...from(1) })).status).toBe(200);
  });

  it('with new operations is counted by how large they are, bad ones as well', async () => {
    const router = await start({ RATE_LIMIT_NEW_OPERATIONS: '1/h burst 7' });
    const page = 'product(id: "1") { id name price { amount currency } }';
    const pages = Array.from({ length: 13 }, (_, n) => `a${n}: ${page}`).join(' ');
    const large = (n: number) => ({ query: `query Large${n} { ${pages} }` });
    expect((await router.execute(large(1))).status).toBe(200);
    expect((await router.execute(large(2))).status).toBe(429);
    const bad = await times(5, (n) => router.execute({ query: `{ nothing${n} }` }));
    expect(bad.map(({ status }) => status)).toEqual([400, 400, 429, 429, 429]);
  });

  it('with chains of fragments is counted by their tokens', async () => {
    const router = await start({ RATE_LIMIT_NEW_OPERATIONS: '1/h burst 7' });
    const links = Array.from({ length: 60 }, (_, n) => `fragment F${n} on Product { ...F${n + 1} }`).join(
      ' ',
    );
    const chain = (n: number) =>
      router.execute({
        query: `query Chain${n} { product(id: "1") { ...F0 } } ${links} fragment F60 on Product { id }`,
      });
    expect((await chain(0)).status).toBe(200);
    const more: Answer[] = [];
    for (let n = 1; n <= 4; n++) more.push(await chain(n));
    expect(passed(more)).toBeLessThanOrEqual(1);
    expect(refused(more)).toHaveLength(4 - passed(more));
  });

  it('with cost is refused, and takes nothing from signed-in users of the same address', async () => {
    const router = await start({
      RATE_LIMIT_COST_PER_ADDRESS: '1/h burst 300',
      RATE_LIMIT_COST_PER_USER: '1/h burst 300',
      RATE_LIMIT_COST_USERS_PER_ADDRESS: '1/h burst 3000',
      RESPONSE_CACHE_MIB: '0',
    });
    const list = { query: '{ products { nodes { id } } }' };
    const lists = async (token?: string) => {
      const answers: Answer[] = [];
      for (let n = 0; n < 4; n++)
        answers.push(await router.execute({ ...list, ...(token ? { token } : {}) }));
      return answers;
    };
    const anonymous = await lists();
    expect(passed(anonymous)).toBe(2);
    const [first] = refused(anonymous);
    expect(first!.errors[0]!.extensions.retryAfterMs).toBeGreaterThan(1_000);
    expect(Number(first!.headers.get('retry-after'))).toBeGreaterThan(1);
    for (const who of [6, 7]) expect(passed(await lists(user(who)))).toBe(2);
    expect((await router.execute(PING)).status).toBe(200);
  });

  it('is never refused where limits are off', async () => {
    const router = await start({ RATE_LIMITS: 'off', RATE_LIMIT_PER_ADDRESS: '1/h' });
    expect(passed(await times(20, () => router.execute(PING)))).toBe(20);
  });
});

describe('the cost of an operation', () => {
  const query = '{ products(first: 5) { nodes { id stock { remaining } } } }';
  const explained = (answer: Answer) => (JSON.parse(answer.text) as { extensions?: unknown }).extensions;
  const headers = { 'x-explain-cost': '1' };

  it('is shown on request, outside production', async () => {
    const router = await start({ OPERATION_MAX_COST: '500' });
    expect(explained(await router.execute({ query, headers }))).toEqual({
      cost: { estimated: 110, limit: 500 },
    });
    expect(explained(await router.execute({ query }))).toBeUndefined();
  });

  it('is shown in production where that is on', async () => {
    const production = { NODE_ENV: 'production' };
    const silent = await start(production);
    expect(explained(await silent.execute({ query, headers }))).toBeUndefined();
    const open = await start({ ...production, EXPLAIN_COST: 'on' });
    expect(explained(await open.execute({ query, headers }))).toHaveProperty('cost.estimated', 110);
  });

  it('is in the sentence of a refusal', async () => {
    const router = await start({ OPERATION_MAX_COST: '10' });
    const answer = await router.execute({ query });
    expect(answer.status).toBe(400);
    expect(answer.errors[0]?.message).toMatch(/estimated to cost 110, and 10 is the most/);
  });
});
