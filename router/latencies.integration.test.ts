import { beforeAll, expect, it } from 'vitest';
import type { HttpRequest } from '../platform/http/types.ts';
import { makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import { metricsPage, enableMetrics } from '../platform/observability/metrics.ts';
import { useStores } from '../tests/harness/stores.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
beforeAll(() => enableMetrics());
const { key, start } = useRouterSurroundings({ stores, subgraphs: ['order'], issuer: true });

/** How many requests the histogram has, by the labels of a series. Metrics are the worker's, which runs other files too. */
async function timed(operation: string): Promise<Record<string, number>> {
  const { body } = await metricsPage({ method: 'GET' } as HttpRequest);
  const series = new RegExp(
    `^firstcome_request_duration_seconds_count\\{operation="${operation}",outcome="(.*)"\\} (\\d+)$`,
    'gm',
  );
  return Object.fromEntries(
    [...String(body).matchAll(series)].map(([, outcome = '', count]): [string, number] => [
      outcome,
      Number(count),
    ]),
  );
}

it('a mutation is timed by its result, where the client selects the type, or by its fault', async () => {
  const router = await start();
  const before = await timed('Mutation.purchase');
  const token = makeToken(key);
  const buy = (selection: string) =>
    `mutation { purchase(input: { productId: "1", idempotencyKey: "key-0000-0000-0001" }) { ${selection} } }`;
  await router.execute({ query: buy('__typename'), token });
  await router.execute({ query: buy('kind: __typename'), token });
  await router.execute({ query: buy('__typename') });
  // The subgraph is in this process, too, and got two requests.
  const more = Object.entries(await timed('Mutation.purchase')).flatMap(([outcome, count]) => {
    const added = count - (before[outcome] ?? 0);
    return added === 0 ? [] : [[outcome, added]];
  });
  expect(Object.fromEntries(more)).toEqual({ PurchaseConfirmed: 1, OK: 1 + 2, UNAUTHENTICATED: 1 });
});
