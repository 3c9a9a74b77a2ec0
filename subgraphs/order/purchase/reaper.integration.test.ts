import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveOrderId } from '../orders/order-id.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { redisId } from '../stock/redis-id.ts';

const bed = useOrderTestBed(useStores(), { environment: { RESERVATION_TIMEOUT: '1s' } });

/** A reservation as a process leaves it that died right after it. */
async function leaveReservation(
  product: string,
  orderId: string,
  userId: string,
  seq: number,
  due = Date.now(),
): Promise<void> {
  const [epoch] = (await bed.redis.get(bed.key(product, 'gate')))!.split(':');
  const name = (part: string) => bed.key(product, `${epoch}:${part}`);
  await bed.redis.hset(name('records'), redisId(orderId), `R:1:${seq}:${redisId(userId)}`);
  await bed.redis.zadd(name('due'), due, redisId(orderId));
  await bed.redis.hincrby(name('stock'), 'reserved', 1);
}

describe('a reservation that is overdue', () => {
  it('is given back when there is no order, and its key never becomes one', async () => {
    const product = await bed.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    await leaveReservation(product, deriveOrderId(userId, key), userId, 1);
    expect(await bed.stock(product)).toMatchObject({ reserved: 1, remaining: 4 });

    await waitUntil(
      'the unit to come back',
      () => bed.stock(product),
      ({ reserved, remaining }) => reserved === 0 && remaining === 5,
    );
    expect(await bed.buy(product, { userId, key })).toMatchObject({ __typename: 'PurchaseAbandoned' });
  });

  it('is confirmed when its order was committed', async () => {
    const product = await bed.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    const { order } = await bed.buy(product, { userId, key });
    await waitUntil(
      'the order to be confirmed',
      () => bed.stock(product),
      ({ sold }) => sold === 1,
    );
    const [epoch] = (await bed.redis.get(bed.key(product, 'gate')))!.split(':');
    await bed.redis.hincrby(bed.key(product, `${epoch}:stock`), 'sold', -1);
    await leaveReservation(product, order!.id, userId, 1);

    await waitUntil(
      'the reservation to be confirmed',
      () => bed.stock(product),
      ({ reserved }) => reserved === 0,
    );
    expect(await bed.stock(product)).toMatchObject({ sold: 1, remaining: 4 });
  });

  it('is given back when a rebuild has counted its order already', async () => {
    const product = await bed.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    const { order } = await bed.buy(product, { userId, key });
    await waitUntil(
      'the order to be confirmed',
      () => bed.stock(product),
      ({ sold }) => sold === 1,
    );
    await leaveReservation(product, order!.id, userId, 99);

    await waitUntil(
      'the second unit to come back',
      () => bed.stock(product),
      ({ reserved }) => reserved === 0,
    );
    expect(await bed.stock(product)).toMatchObject({ sold: 1, remaining: 4 });
  });

  it('can be bought under its key until it is due', async () => {
    const product = await bed.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    await leaveReservation(product, deriveOrderId(userId, key), userId, 7, Date.now() + 600_000);
    expect(await bed.buy(product, { userId, key })).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: false,
    });
    await waitUntil(
      'Redis to agree',
      () => bed.stock(product),
      ({ sold, reserved }) => sold === 1 && reserved === 0,
    );
  });
});

describe('reservations of a process that died', () => {
  async function leaveMany(product: string, count: number): Promise<void> {
    const [epoch] = (await bed.redis.get(bed.key(product, 'gate')))!.split(':');
    const name = (part: string) => bed.key(product, `${epoch}:${part}`);
    const pipeline = bed.redis.pipeline();
    for (let i = 1; i <= count; i++) {
      const orderId = redisId(randomUUID());
      pipeline.hset(name('records'), orderId, `R:1:${i}:${redisId(randomUUID())}`);
      pipeline.zadd(name('due'), Date.now() - 1, orderId);
    }
    await pipeline.hincrby(name('stock'), 'reserved', count).exec();
  }

  it('are given back in one round, however many there are', async () => {
    const product = await bed.sell({ units: 5_000 });
    await leaveMany(product, 4_000);
    await waitUntil(
      'the units to come back',
      () => bed.stock(product),
      ({ reserved, remaining }) => reserved === 0 && remaining === 5_000,
      10_000,
    );
  });

  it('are given back though the keys of another product are broken all the time', async () => {
    const [broken, product] = [await bed.sell({ units: 5 }), await bed.sell({ units: 5 })];
    await bed.buy(broken);
    const gate = bed.key(broken, 'gate');
    let isBreaking = true;
    const breaking = (async () => {
      while (isBreaking) await bed.redis.pipeline().del(gate).rpush(gate, 'garbage').exec();
    })();
    await leaveMany(product, 5);
    await waitUntil(
      'the units to come back',
      () => bed.stock(product),
      ({ reserved }) => reserved === 0,
      10_000,
    );
    isBreaking = false;
    await breaking;
  });

  it('of which one cannot be read are lost with their epoch, and their units come back', async () => {
    const product = await bed.sell({ units: 5 });
    await leaveMany(product, 3);
    const { epoch } = await bed.ledger(product);
    const [first] = await bed.redis.hkeys(bed.key(product, `${epoch}:records`));
    if (first) await bed.redis.hset(bed.key(product, `${epoch}:records`), first, 'garbage');
    await waitUntil(
      'the units to come back',
      () => bed.stock(product),
      ({ reserved, remaining }) => reserved === 0 && remaining === 5,
      10_000,
    );
  });
});
