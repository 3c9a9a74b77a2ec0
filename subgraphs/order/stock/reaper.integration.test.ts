import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveOrderId } from '../orders/order-id.ts';
import { useOrderRoom } from '../../../tests/harness/order-room.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { redisId } from './redis-id.ts';

const room = useOrderRoom(useStores(), { environment: { RESERVATION_TIMEOUT: '1s' } });

/** A reservation as a process leaves it that died right after it. */
async function leaveReservation(
  product: string,
  orderId: string,
  userId: string,
  seq: number,
  due = Date.now(),
): Promise<void> {
  const [epoch] = (await room.redis.get(room.key(product, 'gate')))!.split(':');
  const name = (part: string) => room.key(product, `${epoch}:${part}`);
  await room.redis.hset(name('records'), redisId(orderId), `R:1:${seq}:${redisId(userId)}`);
  await room.redis.zadd(name('due'), due, redisId(orderId));
  await room.redis.hincrby(name('stock'), 'reserved', 1);
}

describe('a reservation that nobody has settled in time', () => {
  it('is given back when there is no order, and its key never becomes one', async () => {
    const product = await room.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    await leaveReservation(product, deriveOrderId(userId, key), userId, 1);
    expect(await room.stock(product)).toMatchObject({ reserved: 1, remaining: 4 });

    await waitUntil(
      'the unit to come back',
      () => room.stock(product),
      ({ reserved, remaining }) => reserved === 0 && remaining === 5,
    );
    expect(await room.buy(product, { userId, key })).toMatchObject({ __typename: 'PurchaseAbandoned' });
  });

  it('is confirmed when its order was committed', async () => {
    const product = await room.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    const { order } = await room.buy(product, { userId, key });
    await waitUntil(
      'the order to be confirmed',
      () => room.stock(product),
      ({ sold }) => sold === 1,
    );
    const [epoch] = (await room.redis.get(room.key(product, 'gate')))!.split(':');
    await room.redis.hincrby(room.key(product, `${epoch}:stock`), 'sold', -1);
    await leaveReservation(product, order!.id, userId, 1);

    await waitUntil(
      'the reservation to be confirmed',
      () => room.stock(product),
      ({ reserved }) => reserved === 0,
    );
    expect(await room.stock(product)).toMatchObject({ sold: 1, remaining: 4 });
  });

  it('is given back when a rebuild has counted its order already', async () => {
    const product = await room.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    const { order } = await room.buy(product, { userId, key });
    await waitUntil(
      'the order to be confirmed',
      () => room.stock(product),
      ({ sold }) => sold === 1,
    );
    await leaveReservation(product, order!.id, userId, 99);

    await waitUntil(
      'the second unit to come back',
      () => room.stock(product),
      ({ reserved }) => reserved === 0,
    );
    expect(await room.stock(product)).toMatchObject({ sold: 1, remaining: 4 });
  });

  it('can be bought under its key until it is due', async () => {
    const product = await room.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    await leaveReservation(product, deriveOrderId(userId, key), userId, 7, Date.now() + 600_000);
    expect(await room.buy(product, { userId, key })).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: false,
    });
    await waitUntil(
      'Redis to agree',
      () => room.stock(product),
      ({ sold, reserved }) => sold === 1 && reserved === 0,
    );
  });
});
