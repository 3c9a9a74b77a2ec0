import { expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';
import { openConnection, statusesIn } from '../tests/harness/raw-connection.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
const { start } = useRouterSurroundings({ stores, subgraphs: ['product'] });

const QUERY = '{"query":"{ serverTime }"}';
const head = (length: number, address = '203.0.113.66') =>
  [
    'POST /graphql HTTP/1.1',
    'host: shop',
    'content-type: application/json',
    `x-forwarded-for: ${address}`,
    `content-length: ${length}`,
    '',
    '',
  ].join('\r\n');

it('what is still arriving takes no place of what has arrived', async () => {
  const router = await start({
    MAX_CONCURRENT_REQUESTS: '20',
  });
  const slow = await Promise.all(
    Array.from({ length: 30 }, () => openConnection(router.url, `${head(QUERY.length)}{`)),
  );
  expect((await router.execute({ query: '{ serverTime }' })).status).toBe(200);
  for (const { socket } of slow) socket.write(QUERY.slice(1));
  await waitUntil('their answers', () =>
    slow.every(({ said }) => ['200', '503'].some((status) => said.startsWith(`HTTP/1.1 ${status} `))),
  );
});

it('where a network sends more than may arrive at once, its slowest uploads are evicted, and no others', async () => {
  const router = await start({
    TRUSTED_PROXIES: '1',
  });
  const neighbour = await openConnection(router.url, `${head(QUERY.length, '203.0.113.5')}{`);
  const slow = await Promise.all(
    Array.from({ length: 250 }, () => openConnection(router.url, `${head(99_000)}{`)),
  );
  await waitUntil('the slowest to be refused', () => statusesIn(slow[0]!.said)[0] === 503);
  expect(statusesIn(slow.at(-1)!.said)).toEqual([]);

  const same = await openConnection(router.url, head(QUERY.length) + QUERY);
  await waitUntil('the answer to one of the same network', () => statusesIn(same.said)[0] === 200);
  neighbour.socket.write(QUERY.slice(1));
  await waitUntil('the answer to the neighbour', () => statusesIn(neighbour.said)[0] === 200);
});
