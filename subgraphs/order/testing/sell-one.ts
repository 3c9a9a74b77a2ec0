import type { OrderRoom } from './order-test-bed.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { hasMovementsToApply } from '../stock/stock-movements.ts';

/** A product of which one unit is sold, with nothing under way. @returns its id */
export async function sellOne(room: OrderRoom, units: number): Promise<string> {
  const product = await room.sell({ units });
  await room.buy(product);
  await waitUntil(
    'the order to be confirmed',
    () => room.stock(product),
    ({ sold, reserved }) => sold === 1 && reserved === 0,
  );
  await waitUntil(
    'the restock to be delivered',
    () => hasMovementsToApply(room.pool, product),
    (isPending) => !isPending,
  );
  return product;
}
