import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';
import { goodClaims, makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import { HANGS, startStubSubgraph } from './testing/subgraphs.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
const { key, product, start } = useRouterSurroundings({
  stores,
  subgraphs: ['product', 'order'],
  issuer: true,
});

const hanging = { query: `{ product(id: "${HANGS}") { name } }` };
const stock = { query: '{ stock(productId: "7") { remaining } }' };

/** How many requests the product subgraph gets while the test does this. */
async function requestsDuring(act: () => Promise<unknown>): Promise<number> {
  const before = product.identities.length;
  await act();
  return product.identities.length - before;
}

describe('a deadline', () => {
  it('may be shorter for one subgraph', async () => {
    const router = await start({ PRODUCT_TIMEOUT: '100ms' });
    const answer = await router.execute({
      query: `{ product(id: "${HANGS}") { name } stock(productId: "7") { remaining } }`,
    });
    expect(answer).toMatchObject({ status: 200, data: { product: null, stock: { remaining: 7 } } });
    expect(answer.errors).toMatchObject([{ path: ['product'], extensions: { code: 'TIMEOUT' } }]);
  });

  it('may be the client’s own, and is propagated to the subgraph', async () => {
    const router = await start();
    const answer = await router.execute({
      ...hanging,
      token: makeToken(key),
      headers: { 'x-request-timeout': '150' },
    });
    expect(answer).toMatchObject({ status: 504, errors: [{ extensions: { code: 'TIMEOUT' } }] });
    const timeoutMs = product.identities.at(-1)?.remainingMs;
    expect(timeoutMs).toBeGreaterThan(0);
    expect(timeoutMs).toBeLessThanOrEqual(150);
  });

  it('that is no number is a mistake', async () => {
    const router = await start();
    const answer = await router.execute({ ...stock, headers: { 'x-request-timeout': 'soon' } });
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  it('of one caller does not end what others wait for with later deadlines', async () => {
    const slow = await startStubSubgraph(200, { data: { serverTime: '2026-01-02T03:04:05.678Z' } }, 300);
    const router = await start({ PRODUCT_URL: slow.graphqlUrl });
    const query = '{ serverTime }';
    const [impatient, patient] = await Promise.all([
      router.execute({ query, headers: { 'x-request-timeout': '50' } }),
      router.execute({ query }),
    ]);
    expect([impatient.status, patient.status]).toEqual([504, 200]);
    expect(slow.received).toHaveLength(1);
    await slow.close();
  });
});

describe('a subgraph that is too slow for its requests', () => {
  it('gets no more of them: load shedding refuses at once, and the others answer', async () => {
    const router = await start({
      SUBGRAPH_CONCURRENCY: '1',
      SUBGRAPH_QUEUE: '0',
      SUBGRAPH_TIMEOUT: '2s',
    });
    const token = makeToken(key);
    const before = product.identities.length;
    const first = router.execute({ ...hanging, token });
    await waitUntil('the first to hang', () => product.identities.length > before);
    const begun = performance.now();
    const second = await router.execute({ ...hanging, token });
    expect(second).toMatchObject({ status: 503, errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
    expect(await router.execute({ ...stock, token })).toMatchObject({ status: 200 });
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect((await first).status).toBe(504);
  });
});

describe('an equal read of anonymous callers', () => {
  const time = { query: '{ serverTime }' };
  const page = { query: '{ product(id: "1") { name price { amount } } }' };

  it('is sent once while it is in progress', async () => {
    const slow = await startStubSubgraph(200, { data: { serverTime: '2026-01-02T03:04:05.678Z' } }, 100);
    const router = await start({ PRODUCT_URL: slow.graphqlUrl });
    const answers = await Promise.all(Array.from({ length: 20 }, () => router.execute(time)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(slow.received).toHaveLength(1);
    await slow.close();
  });

  it('is sent again afterwards, but for what the schema lets be cached', async () => {
    const router = await start();
    expect(await requestsDuring(() => router.execute(time).then(() => router.execute(time)))).toBe(2);
    expect(await requestsDuring(() => router.execute(page).then(() => router.execute(page)))).toBe(1);
    const both = { query: '{ product(id: "2") { name } serverTime }' };
    expect(await requestsDuring(() => router.execute(both).then(() => router.execute(both)))).toBe(2);
  });

  it('is the same for each of them, also where another subgraph adds to it', async () => {
    const router = await start();
    const query = '{ products { nodes { name stock { remaining } } } }';
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => router.execute({ query })));
    expect(first).toMatchObject({ status: 200 });
    expect(JSON.stringify(first?.data)).toContain('remaining');
    for (const other of others) expect(other.data).toEqual(first?.data);
    expect((await router.execute({ query })).data).toEqual(first?.data);
  });

  it('is sent each time where no memory is set aside', async () => {
    const router = await start({ RESPONSE_CACHE_MIB: '0' });
    expect(await requestsDuring(() => router.execute(page).then(() => router.execute(page)))).toBe(2);
  });

  it('is sent for each signed-in caller', async () => {
    const router = await start();
    const token = makeToken(key);
    await router.execute(page);
    const both = () => Promise.all([router.execute({ ...page, token }), router.execute({ ...page, token })]);
    expect(await requestsDuring(both)).toBe(2);
  });
});

it('sends operations that arrive together as fewer requests, each for its own caller', async () => {
  const router = await start();
  let requests = 0;
  const count = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.socket.localPort === product.port) requests += 1;
  };
  subscribe('http.server.request.start', count);
  onTestFinished(() => void unsubscribe('http.server.request.start', count));
  const query = '{ product(id: "1") { name } }';
  await waitUntil('a turn with several', async () => {
    const [before, received] = [requests, product.identities.length];
    const callers = Array.from({ length: 20 }, () => randomUUID());
    const answers = await Promise.all(
      callers.map((sub) => router.execute({ query, token: makeToken(key, { ...goodClaims(), sub }) })),
    );
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, data: { product: {} } });
    const seen = product.identities.slice(received).map(({ caller }) => caller?.userId);
    expect(seen.toSorted()).toEqual(callers.toSorted());
    return requests - before < 20;
  });
});

it('passes the request id and the trace on', async () => {
  const canned = await startStubSubgraph(200, { data: { serverTime: '2026-01-02T03:04:05.678Z' } });
  const router = await start({ PRODUCT_URL: canned.graphqlUrl });
  const trace = '0af7651916cd43dd8448eb211c80319c';
  await router.execute({
    query: '{ serverTime }',
    headers: { 'x-request-id': 'request-1', traceparent: `00-${trace}-b7ad6b7169203331-01` },
  });
  const { headers } = canned.received[0]!;
  expect(headers['x-request-id']).toBe('request-1');
  expect(headers['traceparent']).toContain(trace);
  await canned.close();
});
