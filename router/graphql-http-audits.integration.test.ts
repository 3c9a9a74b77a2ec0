import { serverAudits } from 'graphql-http';
import { expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { useRouter } from './testing/use-router.ts';

const stores = useStores();
const { router } = useRouter({ stores, issuer: true });

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
