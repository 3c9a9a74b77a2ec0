import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { openConnection, statusesIn } from '../tests/harness/raw-connection.ts';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';
import { startTestRouter } from './testing/router.ts';
import { idOf, onSale, openFakeShop } from './testing/fake-shop.ts';
import { HANGS } from './testing/subgraphs.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
const { product, settings } = useRouterSurroundings({ stores, subgraphs: ['product'] });

it('answers what is under way, accepts nothing new, and closes its connections', async () => {
  const router = await startTestRouter({
    ...settings,
    SUBGRAPH_TIMEOUT: '500ms',
  });
  const underWay = router.execute({ query: `{ product(id: "${HANGS}") { name } }` });
  await waitUntil('the request to the subgraph', () => product.identities.length > 0);

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

it('answers or refuses each of many requests, on connections that are kept and on new ones', async () => {
  const router = await startTestRouter({
    ...settings,
    SUBGRAPH_TIMEOUT: '500ms',
  });
  const seen = { answered: 0, refused: 0, cut: [] as unknown[] };
  let isOver = false;
  const executeOnce = (query: string) =>
    router.execute({ query }).then(
      ({ status }) => {
        if (status === 200 || status === 504) seen.answered += 1;
        else seen.cut.push(status);
      },
      (error: Error) => {
        const { code } = error.cause as NodeJS.ErrnoException;
        if (code === 'ECONNREFUSED') seen.refused += 1;
        else seen.cut.push(code);
        return sleep(5);
      },
    );
  const goesOnAsking = async () => {
    while (!isOver) await executeOnce('{ serverTime }');
  };
  const hanging = Array.from({ length: 50 }, () => executeOnce(`{ product(id: "${HANGS}") { name } }`));
  const others = Array.from({ length: 30 }, goesOnAsking);
  await waitUntil('traffic', () => seen.answered > 200 || seen.cut.length > 0);
  const late = Array.from({ length: 50 }, () => executeOnce(`{ product(id: "${HANGS}") { name } }`));

  const begun = performance.now();
  await router.close();
  const tookMs = performance.now() - begun;
  isOver = true;
  await Promise.all([...hanging, ...late, ...others]);
  expect(seen.cut).toEqual([]);
  expect(seen.refused).toBeGreaterThan(0);
  expect(tookMs).toBeLessThan(3_000);
});

it('is not kept from its end by connections that carry nothing, half a request or a stream', async () => {
  const shop = await openFakeShop();
  onTestFinished(() => shop.close());
  shop.products.set(idOf('watched'), onSale());
  const router = await startTestRouter({
    ...shop.urls,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
  });
  await openConnection(router.url);
  const half = await openConnection(
    router.url,
    'POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
  );
  const live = await openConnection(
    router.url,
    `GET /live/stock?productId=${idOf('watched')} HTTP/1.1\r\nhost: shop\r\n\r\n`,
  );
  await waitUntil('the stream', () => live.said.includes('event: stock'));

  const begun = performance.now();
  await router.close();
  expect(performance.now() - begun).toBeLessThan(2_500);
  await waitUntil('their ends', () => half.isClosed && live.isClosed);
  expect(statusesIn(half.said)).toEqual([503]);
});
