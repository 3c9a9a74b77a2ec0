import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useOrderRoom } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useRedisCluster } from '../../../tests/harness/redis-cluster.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const { cluster, stores } = useRedisCluster(useStores());
const room = useOrderRoom(stores, { orders: 2, environment: { RESERVATION_TIMEOUT: '2s' } });

describe('on a Redis Cluster of three nodes', () => {
  it('each product is sold exactly, whichever node has it', async () => {
    const products = await Promise.all(
      Array.from({ length: 24 }, () => room.sell({ units: 4, purchaseLimit: 2 })),
    );
    const answers = await Promise.all(
      products.flatMap((product) => Array.from({ length: 10 }, (_, i) => room.buy(product, { at: i % 2 }))),
    );
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 96, SoldOut: 144 });
    for (const product of products) {
      expect(await room.books(product)).toMatchObject({ sold: 4, orders: 4 });
      await waitUntil(
        'the numbers to agree',
        () => room.stock(product),
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
    const product = await room.sell({ units: 2 });
    const [userId, key] = [randomUUID(), newKey()];
    const first = await room.buy(product, { userId, key });
    for (const node of [0, 1, 2]) {
      const client = cluster.connect(node);
      await client.flushall();
      client.disconnect();
    }
    expect(await room.buyWithRetries(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await room.buyWithRetries(product, { at: 1 })).toMatchObject({ __typename: 'SoldOut' });
    expect(await room.buy(product, { userId, key, at: 1 })).toMatchObject({
      replayed: true,
      order: { id: first.order?.id },
    });
  });

  it('restocks reach the node that has the product', async () => {
    const product = await room.sell({ units: 1 });
    await room.buy(product);
    expect(await room.restock(product, 4)).toMatchObject({ stock: { total: 5 } });
    await waitUntil(
      'Redis to agree',
      () => room.stock(product),
      ({ total, remaining }) => total === 5 && remaining === 4,
    );
  });
});
