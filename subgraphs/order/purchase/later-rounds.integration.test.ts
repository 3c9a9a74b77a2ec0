import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Buyer } from '../testing/order-buyer.ts';
import { useMysqlProxy } from '../../../tests/harness/store-proxy.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { newAttempt } from './attempt.ts';

const { proxy, stores } = useMysqlProxy(useStores());
const bed = useOrderTestBed(stores, { environment: { RESERVATION_TIMEOUT: '60s', PURCHASE_TIMEOUT: '15s' } });

const reservedUnits = async (product: string) => (await bed.stock(product)).reserved;

describe('a checkout that a rebuild has overtaken', () => {
  it('releases what it had reserved of its other products when it is refused after that', async () => {
    const [first, second] = [await bed.sell({ units: 1 }), await bed.sell({ units: 5 })];
    const [shopper, key] = [new Buyer(bed), newKey()];
    await shopper.add(first);
    await shopper.add(second);
    proxy.nextWith('INSERT INTO order_item', { delayMs: 1_500 });
    const checkout = shopper.checkout(key);
    await waitUntil(
      'both products to be reserved',
      async () => [await reservedUnits(first), await reservedUnits(second)],
      ([one, other]) => one === 1 && other === 1,
    );
    await waitUntil('the transaction to be under way', () => !proxy.isWaiting);
    await bed.redis.del(bed.key(first, 'gate'));
    expect(await bed.buy(first)).toMatchObject({ __typename: 'PurchaseConfirmed' });

    expect(await checkout).toMatchObject({ __typename: 'SoldOut', productId: first });
    await waitUntil(
      'the other product to be released',
      () => bed.stock(second),
      ({ reserved, remaining }) => reserved === 0 && remaining === 5,
      10_000,
    );
    expect(await shopper.checkout(key)).toMatchObject({ __typename: 'PurchaseAbandoned' });
    expect(await bed.ledger(second)).toMatchObject({ sold: 0, orders: 0 });
  });
});

describe('a purchase that waited for a rebuild', () => {
  it('is judged by the terms of then: a product withdrawn meanwhile is not sold', async () => {
    const product = await bed.sell();
    await bed.buy(product);
    const { services } = await bed.services();
    const ensureReady = vi.spyOn(services.stock, 'ensureReady');
    const lock = bed.key(product, 'lock');
    const hold = () => bed.redis.set(lock, 'another process', 'PX', 2_000);
    await hold();
    const holding = setInterval(() => void hold(), 200);
    onTestFinished(() => clearInterval(holding));
    await bed.redis.del(bed.key(product, 'gate'));
    const purchase = services.purchases.buy(
      newAttempt(randomUUID(), newKey(), [{ productId: product, quantity: 1 }], 15_000),
    );
    await waitUntil('the purchase to wait', () => ensureReady.mock.calls.length > 0);
    await bed.withdraw(product);
    await waitUntil('the withdrawal to be known', async () => {
      const read = await services.products.read(product);
      return read!.terms.withdrawn;
    });
    clearInterval(holding);
    await bed.redis.del(lock);
    expect(await purchase).toMatchObject({ __typename: 'SaleClosed', closedAt: null });
  });
});

describe('products of different currencies', () => {
  it('are never one order, however the attempt comes about', async () => {
    const [won, dollar] = [await bed.sell(), await bed.sell({ currency: 'USD' })];
    const { services } = await bed.services();
    const lines = [won, dollar].map((productId) => ({ productId, quantity: 1 }));
    expect(await services.purchases.buy(newAttempt(randomUUID(), newKey(), lines, 5_000))).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'wishlist' }],
    });
    expect(await bed.ledger(won)).toMatchObject({ sold: 0, orders: 0 });
  });
});
