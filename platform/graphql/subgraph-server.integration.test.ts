import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import { IdentityVerifier } from '../identity/identity-verifier.ts';
import { callSigned, identityOf } from '../identity/testing/signed-request.ts';
import type { Caller } from '../identity/identity.ts';
import { openAccessTokens } from '../identity/tokens/access-tokens.ts';
import {
  goodClaims,
  makeToken,
  rsaKey,
  startIssuer,
  type TestIssuer,
} from '../identity/tokens/testing/issuer.ts';
import type { RunningHttpServer } from '../http/server.ts';
import { createLogger } from '../logger.ts';
import { enableMetrics } from '../observability/metrics.ts';
import { allow } from './permissions.ts';
import { startSubgraph } from './subgraph-server.ts';

const stores = useStores();
const logger = createLogger('test', 'silent');
const secret = 'a secret of this test';
const key = rsaKey('key-1');
let lastCaller: Caller | null = null;
let issuer: TestIssuer;
let subgraph: RunningHttpServer;

beforeAll(async () => {
  enableMetrics();
  issuer = await startIssuer(key);
  subgraph = await startSubgraph({
    schemaFile: new URL('testing/clock.graphql', import.meta.url),
    resolvers: { Query: { now: () => 'noon' } },
    permissions: { Query: { now: allow } },
    context: (base) => {
      lastCaller = base.caller;
      return base;
    },
    verifier: new IdentityVerifier({ subgraph: 'product', secret, perInstance: true }),
    tokens: openAccessTokens(
      {
        JWT_ISSUER: 'firstcome, https://shop.eu.auth0.com/',
        JWT_AUDIENCE: 'firstcome',
        REDIS_URL: stores.redisUrl,
        REDIS_PREFIX: stores.redisPrefix,
      },
      issuer.jwksUrl,
      logger,
    ),
    host: '127.0.0.1',
    port: 0,
    readiness: {},
    logger,
  });
});
afterAll(async () => {
  await subgraph.close(100);
  await issuer.close();
});

async function execute(query: string, token?: string) {
  return read(
    await fetch(`${subgraph.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query }),
    }),
  );
}

async function read(response: Response) {
  const { data, errors } = (await response.json()) as {
    data?: unknown;
    errors?: { extensions: { code: string } }[];
  };
  return { data, code: errors?.[0]?.extensions.code };
}

it('where access tokens count, any client gets a response, and its field names are no labels of metrics', async () => {
  expect((await execute('{ now }')).data).toEqual({ now: 'noon' });
  for (let n = 0; n < 20; n++) expect((await execute(`{ stranger${n} }`)).code).toBe('BAD_REQUEST');
  const metrics = await (await fetch(`${subgraph.url}/metrics`)).text();
  expect(metrics).toContain('firstcome_requests_total{operation="Query.now",outcome="OK"}');
  expect(metrics).not.toContain('stranger');
});

it('where access tokens count, a user of another provider has the same id as behind the router', async () => {
  const token = makeToken(key, {
    ...goodClaims(),
    iss: 'https://shop.eu.auth0.com/',
    sub: 'auth0|507f1f77bcf86cd799439020',
  });
  expect((await execute('{ now }', token)).data).toEqual({ now: 'noon' });
  expect(lastCaller?.userId).toBe('683f84aa-fb76-80be-a608-d838b4f6a34f');
});

it('where access tokens count, a document is read up to its 5,000th token', async () => {
  expect((await execute(`{ ${'now '.repeat(5_000)} }`)).code).toBe('BAD_REQUEST');
});

describe('where access tokens count, the schema', () => {
  const SCHEMA = '{ ... { sdl: _service { sdl } } }';

  it('is not shown without one, nor with one, whatever its scopes', async () => {
    expect((await execute(SCHEMA)).code).toBe('UNAUTHENTICATED');
    const everything = { ...goodClaims(), scope: 'catalog:write stock:write order:read user:read' };
    for (const token of [makeToken(key), makeToken(key, everything)])
      expect((await execute(SCHEMA, token)).code).toBe('FORBIDDEN');
  });

  it('is shown to a process of this system, which signs', async () => {
    const called = { name: 'product', url: subgraph.url, secret } as const;
    const { data } = await read(await callSigned(called, { query: SCHEMA }, identityOf(null)));
    expect(JSON.stringify(data)).toContain('type Query');
  });
});
