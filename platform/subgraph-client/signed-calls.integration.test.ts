import { describe, expect, it, onTestFinished } from 'vitest';
import { allow } from '../graphql/permissions.ts';
import { startSubgraph } from '../graphql/subgraph-server.ts';
import { IdentityVerifier } from '../identity/identity-verifier.ts';
import { createLogger } from '../logger.ts';
import { createSubgraphClient, type SubgraphClient } from './client.ts';
import { json } from '../http/server.ts';
import { startServer } from '../http/testing/server-for-this-test.ts';

const secret = 'a secret of the tests';
const identity = { caller: null, requestId: 'request-1', remainingMs: null };
const MUTATION = { query: 'mutation { tick }' };

/** A process of a subgraph that counts. */
async function startCounter({ port = 0, perInstance = true, ofSecret = secret } = {}) {
  let ticks = 0;
  const http = await startSubgraph({
    schemaFile: new URL('../graphql/testing/counter.graphql', import.meta.url),
    resolvers: { Query: { now: () => 'noon' }, Mutation: { tick: () => ++ticks } },
    permissions: { Query: { now: allow }, Mutation: { tick: allow } },
    context: (base) => base,
    verifier: new IdentityVerifier({ subgraph: 'counter', secret: ofSecret, perInstance }),
    host: '127.0.0.1',
    port,
    readiness: {},
    logger: createLogger('test', 'silent'),
  });
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= http.close(100));
  onTestFinished(close);
  return { ...http, close, ticks: () => ticks };
}

function clientOf(...urls: string[]): SubgraphClient {
  const client = createSubgraphClient({
    subgraph: 'counter',
    urls: urls.map((url) => `${url}/graphql`),
    identitySecret: secret,
  });
  onTestFinished(() => client.close());
  return client;
}

const tick = (client: SubgraphClient) => client.send(MUTATION, identity, 5_000);

describe('a signed call', () => {
  it('reaches a process whose id is not known, once, and the next call as well', async () => {
    const counter = await startCounter();
    const client = clientOf(counter.url);
    for (const n of [1, 2, 3]) expect(await tick(client)).toEqual({ data: { tick: n } });
  });

  it('reaches each of many at once, a hundred of them at two processes', async () => {
    const counters = [await startCounter(), await startCounter()];
    const client = clientOf(...counters.map(({ url }) => url));
    const answers = await Promise.all(Array.from({ length: 100 }, () => tick(client)));
    for (const answer of answers) expect(answer).toEqual({ data: { tick: expect.any(Number) as number } });
    expect(counters[0]!.ticks() + counters[1]!.ticks()).toBe(100);
  });

  it('reaches a process that has replaced another', async () => {
    const before = await startCounter();
    const client = clientOf(before.url);
    await tick(client);
    await before.close();
    const after = await startCounter({ port: before.port });
    expect(await tick(client)).toEqual({ data: { tick: 1 } });
    expect(after.ticks()).toBe(1);
  });

  it('fails with the fault of the subgraph where the secret is wrong', async () => {
    const counter = await startCounter({ ofSecret: 'another secret' });
    const { data, errors } = await tick(clientOf(counter.url));
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    expect(counter.ticks()).toBe(0);
  });
});

describe('behind a load balancer that gives two processes one address', () => {
  async function startBalancer(perInstance: boolean) {
    const counters = [await startCounter({ perInstance }), await startCounter({ perInstance })];
    let turn = 0;
    const balancer = await startServer({
      '/graphql': async (request) => {
        const headers = { ...request.headers } as Record<string, string>;
        delete headers['connection'];
        delete headers['content-length'];
        const body = await request.readBody();
        const url = `${counters[turn++ % 2]!.url}/graphql`;
        const response = await fetch(url, { method: 'POST', headers, body });
        return json(response.status, await response.json(), {
          'x-firstcome-instance': response.headers.get('x-firstcome-instance') ?? '',
        });
      },
    });
    return { counters, client: clientOf(balancer.url) };
  }

  it('a call is unavailable, with nothing executed, and the cause names the setting', async () => {
    const { counters, client } = await startBalancer(true);
    await expect(tick(client)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { message: expect.stringContaining('IDENTITY_PER_INSTANCE=off') as string },
    });
    expect(counters.map(({ ticks }) => ticks())).toEqual([0, 0]);
  });

  it('calls succeed with IDENTITY_PER_INSTANCE=off', async () => {
    const { counters, client } = await startBalancer(false);
    for (let n = 0; n < 4; n++) expect((await tick(client)).errors).toBeUndefined();
    expect(counters.map(({ ticks }) => ticks())).toEqual([2, 2]);
  });
});
