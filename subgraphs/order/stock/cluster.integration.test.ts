import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useRedisCluster } from '../../../tests/harness/redis-cluster.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const { cluster, stores } = useRedisCluster(useStores());
const bed = useOrderTestBed(stores, { orders: 2, environment: { RESERVATION_TIMEOUT: '2s' } });

describe('on a Redis Cluster of three nodes', () => {
  it('each product is sold exactly, whichever node has it', async () => {
    const products = await Promise.all(
      Array.from({ length: 24 }, () => bed.sell({ units: 4, purchaseLimit: 2 })),
    );
    const answers = await Promise.all(
      products.flatMap((product) => Array.from({ length: 10 }, (_, i) => bed.buy(product, { at: i % 2 }))),
    );
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 96, SoldOut: 144 });
    for (const product of products) {
      expect(await bed.ledger(product)).toMatchObject({ sold: 4, orders: 4 });
      await waitUntil(
        'the numbers to agree',
        () => bed.stock(product),
        ({ sold, reserved }) => sold === 4 && reserved === 0,
      );
    }
    for (const node of [0, 1, 2]) {
      const client = cluster.connect(node);
      expect((await client.keys(`${stores.redisPrefix}stock:{*:gate`)).length).toBeGreaterThan(0);
      client.disconnect();
    }
  });

  it('a node that loses everything is rebuilt, and its keys are remembered by MySQL', async () => {
    const product = await bed.sell({ units: 2 });
    const [userId, key] = [randomUUID(), newKey()];
    const first = await bed.buy(product, { userId, key });
    for (const node of [0, 1, 2]) {
      const client = cluster.connect(node);
      await client.flushall();
      client.disconnect();
    }
    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await bed.buyWithRetries(product, { at: 1 })).toMatchObject({ __typename: 'SoldOut' });
    expect(await bed.buy(product, { userId, key, at: 1 })).toMatchObject({
      replayed: true,
      order: { id: first.order?.id },
    });
  });

  it('restocks reach the node that has the product', async () => {
    const product = await bed.sell({ units: 1 });
    await bed.buy(product);
    expect(await bed.restock(product, 4)).toMatchObject({ stock: { total: 5 } });
    await waitUntil(
      'Redis to agree',
      () => bed.stock(product),
      ({ total, remaining }) => total === 5 && remaining === 4,
    );
  });
});
