import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { deriveOrderId } from '../orders/order-id.ts';
import { lockStock } from '../testing/lock-stock.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';

const stores = useStores();
const STRATEGIES = ['atomic', 'lock'];
const bed = useOrderTestBed(stores, {
  orders: STRATEGIES.map((STOCK_STRATEGY) => ({ STOCK_STRATEGY })),
  environment: { RESERVATION_TIMEOUT: '2s', PURCHASE_TIMEOUT: '5s' },
});

const reservedUnits = async (product: string) => (await bed.stock(product)).reserved;
const longDue = async () => {
  const begun = performance.now();
  await waitUntil('reservations of now to be long due', () => performance.now() > begun + 5_000);
};

/** As a process that dies right after the admission. */
async function admitOnly(product: string, userId: string, key: string): Promise<void> {
  const { services } = await bed.services();
  const { terms } = (await services.products.read(product))!;
  const request = {
    orderId: deriveOrderId(userId, key),
    userId,
    quantity: 1,
    deadline: performance.now() + 5_000,
  };
  expect(await services.stock.reserve(product, request, terms)).toMatchObject({ kind: 'reserved' });
}

describe.each(STRATEGIES.map((strategy, at) => ({ strategy, at })))(
  'while a stock row is locked, and purchases wait for it at a process with STOCK_STRATEGY=$strategy,',
  ({ at }) => {
    /** @returns a product of which no more purchases are admitted there, with one that waits */
    async function sellBlocked() {
      const product = await bed.sell();
      const lock = await lockStock(stores.mysqlUrl, product);
      const waiting = { userId: randomUUID(), key: newKey(), at };
      expect(await bed.buy(product, waiting)).toMatchObject({ __typename: 'OutcomeUnknown' });
      return { product, lock, waiting };
    }

    it('a buyer whose process died after the admission keeps the place, and no other is admitted', async () => {
      const { tombstones } = await bed.books(await bed.sell());
      const { product, lock, waiting } = await sellBlocked();
      const admitted = { userId: randomUUID(), key: newKey(), at };
      await admitOnly(product, admitted.userId, admitted.key);
      expect(await bed.buy(product, { ...admitted, timeoutMs: 1_000 })).toMatchObject({
        __typename: 'OutcomeUnknown',
      });
      await longDue();
      expect(await bed.buy(product, { at })).toMatchObject({ __typename: 'Busy' });
      expect(await reservedUnits(product)).toBe(2);
      await lock.release();
      await waitUntil(
        'both to be confirmed',
        () => Promise.all([waiting, admitted].map((buyer) => bed.buy(product, buyer))),
        (answers) => countAnswers(answers)['PurchaseConfirmed'] === 2,
        10_000,
      );
      expect(await bed.books(product)).toMatchObject({ sold: 2, orders: 2, tombstones });
    });

    it('a checkout of which one line was admitted keeps that line by its attempts, and nothing more is reserved', async () => {
      const { tombstones } = await bed.books(await bed.sell());
      const { product, lock } = await sellBlocked();
      const other = await bed.sell();
      await bed.buy(other);
      const [admitted, newcomer, key] = [new Buyer(bed), new Buyer(bed), newKey()];
      for (const shopper of [admitted, newcomer]) {
        await shopper.add(product);
        await shopper.add(other);
      }
      await admitOnly(product, admitted.userId, key);
      const checkOut = async (shopper: Buyer) => (await shopper.checkout(key, at)).__typename;
      const begun = performance.now();
      while (performance.now() < begun + 5_000) expect(await checkOut(admitted)).toBe('OutcomeUnknown');
      expect(await checkOut(newcomer)).toBe('Busy');
      expect([await reservedUnits(product), await reservedUnits(other)]).toEqual([2, 0]);
      await lock.release();
      for (const shopper of [admitted, newcomer])
        await waitUntil(
          'the checkout to be confirmed',
          () => checkOut(shopper),
          (answer) => answer === 'PurchaseConfirmed',
          10_000,
        );
      expect(await bed.books(product)).toMatchObject({ sold: 3, orders: 3, tombstones });
      expect(await bed.books(other)).toMatchObject({ sold: 3, orders: 3 });
    });
  },
);
