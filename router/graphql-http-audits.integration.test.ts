import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { startTestRouter, type TestRouter } from './testing/router.ts';
import { rsaKey, startIssuer, type TestIssuer } from '../platform/identity/tokens/testing/issuer.ts';

const stores = useStores();
let issuer: TestIssuer;
let router: TestRouter;

beforeAll(async () => {
  issuer = await startIssuer(rsaKey('key-1'));
  router = await startTestRouter({
    JWKS_URL: issuer.jwksUrl,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
  });
});
afterAll(async () => {
  await router.close();
  await issuer.close();
});

/** Sends what a page of the same origin sends, which needs leave for a GET. */
const audits = () =>
  serverAudits({
    url: () => `${router.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...init.headers, 'apollo-require-preflight': '1' } }),
  });

it('every audit of graphql-http passes', async () => {
  const results = [];
  for (const audit of audits()) results.push(await audit.fn());
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(
    failed.map(
      (result) => `${result.id} ${result.status}: ${result.name}, ${'reason' in result ? result.reason : ''}`,
    ),
  ).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(61);
});
