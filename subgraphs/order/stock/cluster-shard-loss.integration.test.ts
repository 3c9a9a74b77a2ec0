import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useRedisCluster } from '../../../tests/harness/redis-cluster.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { redisId } from './redis-id.ts';

const { cluster, stores } = useRedisCluster(useStores());
const bed = useOrderTestBed(stores, { environment: { RESERVATION_TIMEOUT: '2s' } });

const NODES = [0, 1, 2];

/** @returns for each product the node that has its keys */
async function findNodes(products: readonly string[]): Promise<number[]> {
  const clients = NODES.map((node) => cluster.connect(node));
  const gates = await Promise.all(clients.map((client) => client.keys(`${stores.redisPrefix}stock:{*:gate`)));
  for (const client of clients) client.disconnect();
  return products.map((product) => gates.findIndex((keys) => keys.some((key) => key.includes(product))));
}

async function nodeOfKey(part: string): Promise<number> {
  const client = cluster.connect(0);
  const slot = Number(await client.cluster('KEYSLOT', `${stores.redisPrefix}${part}`));
  client.disconnect();
  return Math.floor(slot / Math.ceil(16_384 / NODES.length));
}

async function leaveReservation(product: string, node: number): Promise<void> {
  const client = cluster.connect(node);
  const { epoch } = await bed.ledger(product);
  const name = (part: string) => bed.key(product, `${epoch}:${part}`);
  const orderId = redisId(randomUUID());
  await client.hset(name('records'), orderId, `R:1:900:${redisId(randomUUID())}`);
  await client.zadd(name('due'), Date.now(), orderId);
  await client.hincrby(name('stock'), 'reserved', 1);
  client.disconnect();
}

describe('while one node of a cluster is down', () => {
  it.each([
    ['the list of busy products', 'stock:busy-products'],
    ['the turn of the reaper', 'job:reaper'],
  ])('and it is the one with %s, products of the others are sold, reaped and restocked', async (_, key) => {
    const products = await Promise.all(Array.from({ length: 24 }, () => bed.sell({ units: 20 })));
    for (const product of products) await bed.buy(product);
    const [nodes, down] = [await findNodes(products), await nodeOfKey(key)];
    const up = products
      .map((product, i) => ({ product, node: nodes[i]! }))
      .filter(({ node }) => node !== down);
    const lost = products.find((_product, i) => nodes[i] === down)!;
    for (const node of NODES) {
      const client = cluster.connect(node);
      await client.config('SET', 'cluster-require-full-coverage', 'no');
      client.disconnect();
    }

    await cluster.kill(down);
    for (const { product } of up) {
      await waitUntil(
        'a purchase to be confirmed',
        () => bed.buy(product),
        ({ __typename }) => __typename === 'PurchaseConfirmed',
        10_000,
      );
    }
    for (const { product, node } of up) await leaveReservation(product, node);
    for (const { product } of up) {
      await waitUntil(
        'the unit of a dead process to come back',
        () => bed.stock(product),
        ({ reserved }) => reserved === 0,
        10_000,
      );
      expect(await bed.restock(product, 1)).toMatchObject({ __typename: 'Restocked', stock: { total: 21 } });
    }
    expect(['Busy', 'OutcomeUnknown']).toContain((await bed.buy(lost)).__typename);

    await cluster.startAgain(down);
    await waitUntil(
      'a product of the node to be sold again',
      () => bed.buy(lost),
      ({ __typename }) => __typename === 'PurchaseConfirmed',
      10_000,
    );
  });
});
