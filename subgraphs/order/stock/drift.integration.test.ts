import { describe, expect, it } from 'vitest';
import { useOrderRoom } from '../../../tests/harness/order-room.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { hasMovementsToApply } from './stock-movements.ts';

const room = useOrderRoom(useStores(), { environment: { RESERVATION_TIMEOUT: '10m' } });

/** A product of which one unit is sold, and by Redis one more than that. */
async function sellWithDrift(): Promise<{ product: string; numbers: string; epoch: number }> {
  const product = await room.sell({ units: 2 });
  await room.buy(product);
  await waitUntil(
    'the order to be confirmed',
    () => room.stock(product),
    ({ sold, reserved }) => sold === 1 && reserved === 0,
  );
  await waitUntil(
    'the restock to be told',
    () => hasMovementsToApply(room.pool, product),
    (isWaiting) => !isWaiting,
  );
  const { epoch } = await room.books(product);
  const numbers = room.key(product, `${epoch}:stock`);
  await room.redis.hincrby(numbers, 'sold', 1);
  return { product, numbers, epoch };
}

async function watch(rounds: number): Promise<void> {
  const { drift } = (await room.services()).services;
  for (let round = 0; round < rounds; round++) await drift.run();
}

describe('a product whose numbers in Redis are not those of MySQL', () => {
  it('is rebuilt once that has lasted', async () => {
    const { product, epoch } = await sellWithDrift();
    expect(await room.buy(product)).toMatchObject({ __typename: 'SoldOut' });
    await watch(2);
    expect(await room.books(product)).toMatchObject({ epoch });
    await watch(3);
    expect(await room.books(product)).toMatchObject({ epoch: epoch + 1 });
    expect(await room.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });

  it('is left alone while something is under way', async () => {
    const { product, numbers, epoch } = await sellWithDrift();
    await room.redis.hset(numbers, 'reserved', 1);
    await watch(4);
    expect(await room.books(product)).toMatchObject({ epoch });
  });
});
