import type { OrderTestBed } from './order-test-bed.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { hasMovementsToApply } from '../stock/stock-movements.ts';

/** A product of which one unit is sold, with nothing under way. @returns its id */
export async function sellOne(bed: OrderTestBed, units: number): Promise<string> {
  const product = await bed.sell({ units });
  await bed.buy(product);
  await waitUntil(
    'the order to be confirmed',
    () => bed.stock(product),
    ({ sold, reserved }) => sold === 1 && reserved === 0,
  );
  await waitUntil(
    'the restock to be delivered',
    () => hasMovementsToApply(bed.pool, product),
    (isPending) => !isPending,
  );
  return product;
}
