import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { newAttempt } from '../purchase/attempt.ts';

const bed = useOrderTestBed(useStores());

/** @param meanwhile what happens, the first time, between the read of the numbers and the write */
async function admitByLock(meanwhile: () => Promise<unknown>) {
  const { services, scriptCalls } = await bed.services({ environment: { STOCK_STRATEGY: 'lock' } });
  scriptCalls.pauseNext('writeReservation', meanwhile);
  return services.purchases;
}

const oneOf = (product: string) => [{ productId: product, quantity: 1 }];

describe('strategy `lock`', () => {
  it('takes no second unit for a key that a process with the strategy `atomic` admits meanwhile', async () => {
    const product = await bed.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    const { stock } = (await bed.services()).services;
    const purchases = await admitByLock(async () => {
      const terms = { opensAt: 0, closesAt: null, withdrawn: false, purchaseLimit: null };
      const { orderId, deadline } = attempt;
      expect(await stock.reserve(product, { orderId, userId, quantity: 1, deadline }, terms)).toMatchObject({
        kind: 'reserved',
      });
    });
    const attempt = newAttempt(userId, key, oneOf(product), 5_000);
    expect(await purchases.buy(attempt)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    await waitUntil(
      'Redis to agree with MySQL',
      () => bed.stock(product),
      ({ sold, reserved }) => sold === 1 && reserved === 0,
    );
  });

  it('admits no purchase once the sale has closed, however late the write comes', async () => {
    const closesAt = Date.now() + 1_500;
    const product = await bed.sell({ units: 5, closesAt: new Date(closesAt) });
    let hasRead = false;
    const purchases = await admitByLock(async () => {
      hasRead = true;
      await waitUntil('the sale to be over', () => Date.now() > closesAt + 50);
    });
    const outcome = await purchases.buy(newAttempt(randomUUID(), newKey(), oneOf(product), 10_000));
    expect({ hasRead, outcome }).toMatchObject({ hasRead: true, outcome: { __typename: 'SaleClosed' } });
    expect(await bed.ledger(product)).toMatchObject({ orders: 0 });
  });
});
