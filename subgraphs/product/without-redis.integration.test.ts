import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis } from '../../scripts/stores/start-redis.ts';
import { freeze } from '../../tests/harness/freeze.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { createdProduct, referenced, seen, update, type SeenProduct } from './testing/catalog.ts';
import { startTestSubgraph, type ProductSubgraph } from './testing/product-subgraph.ts';
import { mostStatementsAtOnce, statementsOf } from './testing/statements.ts';

const stores = useStores();
let folder: string;
let redis: Awaited<ReturnType<typeof startRedis>>;
let subgraph: ProductSubgraph;
let product: SeenProduct;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firstcome-product-'));
  redis = await startRedis({ dataDir: folder });
  subgraph = await startTestSubgraph({ ...stores, redisUrl: redis.url });
  product = await createdProduct(subgraph);
  await seen(subgraph, product.id);
});

afterAll(async () => {
  await subgraph.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

const readiness = async () => {
  const response = await fetch(`${subgraph.url}/health/ready`);
  return { status: response.status, ...((await response.json()) as { checks: object }) };
};

it('is ready while MySQL and Redis answer', async () => {
  expect(await readiness()).toEqual({ status: 200, ready: true, checks: { mysql: 'ok', redis: 'ok' } });
});

it('answers while Redis hangs, and waits for it once, not for every read', async () => {
  await freeze(redis);
  try {
    expect(await seen(subgraph, product.id)).toEqual(product);
    const startedAt = performance.now();
    expect(await seen(subgraph, product.id)).toEqual(product);
    expect(performance.now() - startedAt).toBeLessThan(400);
  } finally {
    redis.signal('SIGCONT');
  }
});

it('reads from MySQL while Redis is gone, a product once at a time, and still has the time', async () => {
  await redis.stop();
  expect(await readiness()).toMatchObject({ status: 503, checks: { mysql: 'ok', redis: 'failed' } });

  const atOnce = await mostStatementsAtOnce(async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => seen(subgraph, product.id)));
    expect(answers).toEqual(answers.map(() => product));
  });
  expect(atOnce).toBe(1);
  expect(await referenced(subgraph, [product.id])).toEqual([product]);
  const { serverTime } = await subgraph.read<{ serverTime: string }>('{ serverTime }');
  expect(Math.abs(Date.parse(serverTime) - Date.now())).toBeLessThan(5_000);
});

it('changes products without Redis, too', async () => {
  const { product: changed } = await update(subgraph, { id: product.id, name: 'Cup' });
  expect(await seen(subgraph, product.id)).toEqual(changed);
});

it('uses Redis again once it is back', async () => {
  redis = await startRedis({ dataDir: folder, port: redis.port });
  await waitUntil('the cache to answer', async () => {
    const statements = await statementsOf(() => seen(subgraph, product.id));
    return statements.length === 0;
  });
  expect((await readiness()).status).toBe(200);
});
