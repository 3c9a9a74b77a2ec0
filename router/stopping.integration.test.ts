import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';
import { startTestRouter } from './testing/router.ts';
import { HANGS, startTestSubgraph, type TestSubgraph } from './testing/subgraphs.ts';

const stores = useStores();
let product: TestSubgraph;

beforeAll(async () => {
  product = await startTestSubgraph('product');
});
afterAll(() => product.close(100));

it('answers what is under way, accepts nothing new, and closes its connections', async () => {
  const router = await startTestRouter({
    PRODUCT_URL: product.graphqlUrl,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
    SUBGRAPH_TIMEOUT: '500ms',
  });
  const underWay = router.ask({ query: `{ product(id: "${HANGS}") { name } }` });
  await waitUntil('the subgraph to be asked', () => product.identities.length > 0);

  const closed = router.close();
  await waitUntil('the router to accept nothing', () =>
    fetch(`${router.url}/health/live`).then(
      () => false,
      () => true,
    ),
  );
  const answer = await underWay;
  expect(answer).toMatchObject({ status: 504, errors: [{ extensions: { code: 'TIMEOUT' } }] });
  expect(answer.headers.get('connection')).toBe('close');
  await closed;
});
