import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import type { SaleTerms } from './stock-outcomes.ts';

const bed = useOrderTestBed(useStores());

it('purchases that one call admits are each judged by their own terms, in order of arrival', async () => {
  const product = await bed.sell({ units: 2 });
  await bed.buy(product);
  const { stock } = (await bed.services()).services;
  const open: SaleTerms = { opensAt: 0, closesAt: null, withdrawn: false, purchaseLimit: null };
  const reserve = (terms: Partial<SaleTerms>) =>
    stock.reserve(
      product,
      {
        orderId: randomUUID(),
        userId: randomUUID(),
        quantity: 1,
        deadline: performance.now() + 10_000,
      },
      { ...open, ...terms },
    );
  const outcomes = await Promise.all([
    reserve({ withdrawn: true }),
    reserve({ opensAt: Date.now() + 600_000 }),
    reserve({}),
    reserve({ closesAt: 1 }),
    reserve({}),
    reserve({ withdrawn: true }),
  ]);
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'closed',
    'notOpen',
    'reserved',
    'closed',
    'soldOut',
    'closed',
  ]);
});
