import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { deriveOrderId } from '../orders/order-id.ts';
import { lockStock } from '../testing/lock-stock.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newAttempt } from './attempt.ts';

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
      const { tombstones } = await bed.ledger(await bed.sell());
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
      expect(await bed.ledger(product)).toMatchObject({ sold: 2, orders: 2, tombstones });
    });

    it('a checkout of which one line was admitted keeps that line by its attempts, and nothing more is reserved', async () => {
      const { tombstones } = await bed.ledger(await bed.sell());
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
      expect(await bed.ledger(product)).toMatchObject({ sold: 3, orders: 3, tombstones });
      expect(await bed.ledger(other)).toMatchObject({ sold: 3, orders: 3 });
    });
  },
);

describe('resuming while purchases wait for blocked products', () => {
  it('takes half of the capacity at the most; beyond that the attempts of a buyer keep the place', async () => {
    const product = await bed.sell();
    const { services } = await bed.services({
      environment: { MAX_PURCHASES_IN_FLIGHT: 4, RESERVATION_TIMEOUT: 60_000 },
    });
    const lock = await lockStock(stores.mysqlUrl, product);
    const buyers = Array.from({ length: 3 }, () => ({ userId: randomUUID(), key: newKey() }));
    const buy = ({ userId, key }: (typeof buyers)[number]) =>
      services.purchases.buy(newAttempt(userId, key, [{ productId: product, quantity: 1 }], 20_000));
    const [first, second, third] = buyers as [(typeof buyers)[0], (typeof buyers)[0], (typeof buyers)[0]];
    const purchases = [buy(first)];
    await waitUntil('the first to wait apart', () => services.batch.blocked === 1);
    for (const { userId, key } of [second, third]) await admitOnly(product, userId, key);
    purchases.push(buy(second));
    await waitUntil('the second to wait with it', () => services.batch.blocked === 2);
    expect(await buy(third)).toMatchObject({ __typename: 'OutcomeUnknown' });
    expect(services.batch.size).toBe(2);
    await longDue();
    expect(await reservedUnits(product)).toBe(3);
    await lock.release();
    const outcomes = [...(await Promise.all(purchases)), await buy(third)];
    expect(countAnswers(outcomes)).toEqual({ PurchaseConfirmed: 3 });
  });
});
