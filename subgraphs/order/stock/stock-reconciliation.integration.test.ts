import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { sellOne } from '../testing/sell-one.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { redisId } from './redis-id.ts';

const bed = useOrderTestBed(useStores(), { environment: { RESERVATION_TIMEOUT: '10m' } });

interface Sold {
  readonly product: string;
  readonly epoch: number;
  /** The name of a key of the epoch. */
  readonly name: (part: string) => string;
}

/** A product of which one unit is sold, with nothing under way. */
async function sell(units = 2): Promise<Sold> {
  const product = await sellOne(bed, units);
  const { epoch } = await bed.ledger(product);
  return { product, epoch, name: (part) => bed.key(product, `${epoch}:${part}`) };
}

/** As the list is when it was lost: the product is found by the round over all products alone. */
const forgetAsBusy = (product: string) =>
  bed.redis.zrem(bed.key(product, '').replace(/\{.*/, 'busy-products'), product);

async function compare(rounds = 1): Promise<void> {
  const { reconciliation } = (await bed.services()).services;
  for (let round = 0; round < rounds; round++) await reconciliation!.run();
}

const agreement = ({ product, epoch }: Sold, sold: number) =>
  waitUntil(
    'a new epoch with the numbers of MySQL',
    async () => ({ redis: await bed.stock(product), mysql: await bed.ledger(product) }),
    ({ redis, mysql }) => mysql.epoch > epoch && redis.sold === sold && redis.reserved === 0,
    10_000,
  );

describe('a product whose numbers in Redis cannot be right', () => {
  it.each([
    ['sold is not what MySQL has sold', 'sold', 1],
    ['total is not what MySQL has', 'total', -1],
    ['reserved counts units that no reservation has', 'reserved', 1],
    ['reserved has become negative', 'reserved', -6],
  ])('is rebuilt at once when %s, though no list names it', async (_, field, by) => {
    const one = await sell();
    await bed.redis.hincrby(one.name('stock'), field, by);
    await forgetAsBusy(one.product);
    await compare();
    await agreement(one, 1);
    expect(await bed.buy(one.product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await bed.buy(one.product)).toMatchObject({ __typename: 'SoldOut' });
  });

  it('is rebuilt while something is reserved', async () => {
    const one = await sell(5);
    await bed.redis.hincrby(one.name('stock'), 'sold', 1);
    const [orderId, userId] = [redisId(randomUUID()), redisId(randomUUID())];
    await bed.redis.hset(one.name('records'), orderId, `R:1:2:${userId}`);
    await bed.redis.zadd(one.name('due'), Date.now() + 600_000, orderId);
    await bed.redis.hincrby(one.name('stock'), 'reserved', 1);
    await compare();
    await agreement(one, 1);
  });

  it('is rebuilt when its open reservations were lost', async () => {
    const one = await sell(5);
    const [orderId, userId] = [redisId(randomUUID()), redisId(randomUUID())];
    await bed.redis.hset(one.name('records'), orderId, `R:1:2:${userId}`);
    await bed.redis.hincrby(one.name('stock'), 'reserved', 1);
    await compare();
    await agreement(one, 1);
  });

  it('is rebuilt when an older copy of its keys was put back on the same server', async () => {
    const one = await sell(10);
    const keys = ['stock', 'records', 'due', 'settled'].map(one.name);
    const copies = await Promise.all(keys.map((key) => bed.redis.dumpBuffer(key)));
    for (let i = 0; i < 4; i++) await bed.buy(one.product);
    await waitUntil(
      'all to be confirmed',
      () => bed.stock(one.product),
      ({ sold, reserved }) => sold === 5 && reserved === 0,
    );
    for (const [i, key] of keys.entries()) {
      if (copies[i]) await bed.redis.restore(key, 0, copies[i], 'REPLACE');
    }
    await compare();
    await agreement(one, 5);
  });

  it('is found among thousands within as many rounds as are needed for all of them', async () => {
    const one = await sell();
    const others = Array.from({ length: 4_500 }, () => [uuidToBytes(randomUUID()), 1, 0, 1]);
    await bed.pool.query('INSERT INTO stock (product_id, total, sold, epoch) VALUES ?', [others]);
    await bed.redis.hincrby(one.name('stock'), 'reserved', 1);
    await forgetAsBusy(one.product);
    await compare(6);
    await agreement(one, 1);
    await bed.pool.query('DELETE FROM stock WHERE product_id IN (?)', [others.map(([id]) => id)]);
  });
});

describe('a product that is sold, cancelled and restocked all the time', () => {
  it('is never taken to be wrong', async () => {
    const products = await Promise.all(Array.from({ length: 3 }, () => bed.sell({ units: 1_000 })));
    const before = await Promise.all(products.map((product) => bed.ledger(product)));
    const { reconciliation } = (await bed.services()).services;
    let [isSelling, rounds] = [true, 0];
    const checking = (async () => {
      for (; isSelling; rounds++) await reconciliation!.run();
    })();
    await Promise.all(
      products.flatMap((product) =>
        Array.from({ length: 5 }, async () => {
          const buyer = new Buyer(bed);
          for (let i = 0; i < 10; i++) {
            const orderId = await buyer.ordered(product);
            if (i % 3 === 0) await buyer.cancel(orderId);
            if (i % 7 === 0) await bed.restock(product, 1);
          }
        }),
      ),
    );
    isSelling = false;
    await checking;
    expect(rounds).toBeGreaterThan(1);
    const after = await Promise.all(products.map((product) => bed.ledger(product)));
    expect(after.map(({ epoch }) => epoch)).toEqual(before.map(({ epoch }) => epoch));
  });
});
