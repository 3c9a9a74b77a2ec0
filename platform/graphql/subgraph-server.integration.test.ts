import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import { openAccessTokens } from '../identity/tokens/access-tokens.ts';
import type { RunningHttpServer } from '../http/server.ts';
import { createLogger } from '../logger.ts';
import { tellMetrics } from '../observability/metrics.ts';
import { allow } from './permissions.ts';
import { startSubgraph } from './subgraph-server.ts';

const stores = useStores();
const logger = createLogger('test', 'silent');
let subgraph: RunningHttpServer;

beforeAll(async () => {
  tellMetrics();
  subgraph = await startSubgraph({
    schemaFile: new URL('testing/clock.graphql', import.meta.url),
    resolvers: { Query: { now: () => 'noon' } },
    permissions: { Query: { now: allow } },
    context: (base) => base,
    identitySecret: 'a secret of this test',
    tokens: openAccessTokens(
      { JWT_ISSUER: 'a', JWT_AUDIENCE: 'b', REDIS_URL: stores.redisUrl, REDIS_PREFIX: stores.redisPrefix },
      null,
      logger,
    ),
    host: '127.0.0.1',
    port: 0,
    readiness: {},
    logger,
  });
});
afterAll(() => subgraph.close(100));

async function ask(query: string) {
  const response = await fetch(`${subgraph.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as {
    data?: unknown;
    errors?: { extensions: { code: string } }[];
  };
  return { data, code: errors?.[0]?.extensions.code };
}

it('where access tokens count, strangers are answered, and their words are no labels of metrics', async () => {
  expect((await ask('{ now }')).data).toEqual({ now: 'noon' });
  for (let n = 0; n < 20; n++) expect((await ask(`{ stranger${n} }`)).code).toBe('BAD_REQUEST');
  const metrics = await (await fetch(`${subgraph.url}/metrics`)).text();
  expect(metrics).toContain('firstcome_requests_total{operation="Query.now",outcome="OK"}');
  expect(metrics).not.toContain('stranger');
});

it('where access tokens count, a document is read up to its 5,000th token', async () => {
  expect((await ask(`{ ${'now '.repeat(5_000)} }`)).code).toBe('BAD_REQUEST');
});

it('where access tokens count, nobody is told the schema without one', async () => {
  expect((await ask('{ _service { sdl } }')).code).toBe('UNAUTHENTICATED');
});
