import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { buyer } from '../../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

/** The contract of a stock strategy: whatever the way, what buyers can rely on is the same. */
describe.each(['atomic', 'lock', 'row'])('with STOCK_STRATEGY=%s', (STOCK_STRATEGY) => {
  const bed = useOrderTestBed(useStores(), {
    orders: 2,
    environment: {
      STOCK_STRATEGY,
      RESERVATION_TIMEOUT: '2s',
      PURCHASE_TIMEOUT: '20s',
      STOCK_LOCK_DEADLINE: '15s',
      STOCK_LOCK_ATTEMPTS: '10000',
    },
  });

  async function expectExact(product: string, sold: number): Promise<void> {
    expect(await bed.ledger(product)).toMatchObject({ sold, units: sold });
    await waitUntil(
      'the numbers to agree',
      () => bed.stock(product),
      (stock) => stock.sold === sold && stock.reserved === 0 && stock.remaining === stock.total - sold,
    );
  }

  it('units are sold once, and only as many as there are', async () => {
    const product = await bed.sell({ units: 30 });
    const answers = await Promise.all(Array.from({ length: 90 }, (_, i) => bed.buy(product, { at: i % 2 })));
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 30, SoldOut: 60 });
    await expectExact(product, 30);
  });

  it('one key is one order, at two processes at once and afterwards', async () => {
    const product = await bed.sell({ units: 10 });
    const [userId, key] = [randomUUID(), newKey()];
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => bed.buy(product, { userId, key, at: i % 2 })),
    );
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 10 });
    expect(new Set(answers.map(({ order }) => order?.id)).size).toBe(1);
    expect(await bed.buy(product, { userId, key, quantity: 2 })).toMatchObject({
      __typename: 'IdempotencyKeyReused',
    });
    expect(await bed.buy(await bed.sell(), { userId, key })).toMatchObject({
      __typename: 'IdempotencyKeyReused',
    });
    await expectExact(product, 1);
  });

  it('a confirmed key is answered with its order when all is sold', async () => {
    const product = await bed.sell({ units: 1 });
    const [userId, key] = [randomUUID(), newKey()];
    const { order } = await bed.buy(product, { userId, key });
    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'SoldOut' });
    expect(await bed.buy(product, { userId, key, at: 1 })).toMatchObject({
      replayed: true,
      order: { id: order?.id },
    });
  });

  it('the limit of a buyer holds', async () => {
    const product = await bed.sell({ units: 20, purchaseLimit: 2 });
    const userId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => bed.buy(product, { userId, at: i % 2 })),
    );
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 2, PurchaseLimitExceeded: 10 });
    await expectExact(product, 2);
  });

  it('a sale opens and closes on time', async () => {
    const opensAt = new Date(Date.now() + 600_000);
    expect(await bed.buy(await bed.sell({ opensAt }))).toMatchObject({
      __typename: 'SaleNotOpen',
      opensAt: opensAt.toISOString(),
    });
    const closesAt = new Date(Date.now() - 1_000);
    expect(await bed.buy(await bed.sell({ closesAt }))).toMatchObject({
      __typename: 'SaleClosed',
      closedAt: closesAt.toISOString(),
    });
  });

  it('a product that is withdrawn is closed, also before its opening', async () => {
    const product = await bed.sell({ opensAt: new Date(Date.now() + 600_000) });
    expect(await bed.buy(product)).toMatchObject({ __typename: 'SaleNotOpen' });
    await bed.withdraw(product);
    const answer = await waitUntil(
      'the withdrawal to be known',
      () => bed.buy(product),
      ({ __typename }) => __typename !== 'SaleNotOpen',
      10_000,
    );
    expect(answer).toMatchObject({ __typename: 'SaleClosed', closedAt: null });
  });

  it('what was never stocked is refused with words of its own, and bought under the same key once it is stocked', async () => {
    const product = await bed.sell({ units: 0 });
    const [userId, key] = [randomUUID(), newKey()];
    const { data } = await bed.execute(
      'mutation ($input: PurchaseInput!) { purchase(input: $input) { ... on SoldOut { message productId } } }',
      { input: { productId: product, idempotencyKey: key } },
      { caller: buyer(userId) },
    );
    expect(data).toEqual({
      purchase: { message: 'There is no stock of this product yet.', productId: product },
    });
    await bed.restock(product, 1);
    expect(await bed.buy(product, { userId, key })).toMatchObject({ __typename: 'PurchaseConfirmed' });
    await expectExact(product, 1);
  });

  it('a restock brings back what was sold out', async () => {
    const product = await bed.sell({ units: 1 });
    await bed.buy(product);
    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'SoldOut' });
    await bed.restock(product, 2);
    expect(await bed.buy(product, { at: 1 })).toMatchObject({ __typename: 'PurchaseConfirmed' });
    await expectExact(product, 2);
  });

  it('a purchase that waits for a give-back to its buyer does not keep the stock from others', async () => {
    const [product, userId] = [await bed.sell({ units: 5 }), randomUUID()];
    await bed.buy(product, { userId });
    const returnUnits = await bed.pool.getConnection();
    try {
      await returnUnits.query('START TRANSACTION');
      await returnUnits.query('SELECT held FROM holding WHERE product_id = ? FOR UPDATE', [
        uuidToBytes(product),
      ]);
      const second = bed.buy(product, { userId });
      await waitUntil('the purchase to wait', () => bed.isExecuting('INSERT INTO holding'));
      await returnUnits.query('SELECT sold FROM stock WHERE product_id = ? FOR UPDATE NOWAIT', [
        uuidToBytes(product),
      ]);
      await returnUnits.query('ROLLBACK');
      expect(await second).toMatchObject({ __typename: 'PurchaseConfirmed' });
    } finally {
      returnUnits.destroy();
    }
    await expectExact(product, 2);
  });

  it('an attempt whose time is up before it is admitted buys nothing', async () => {
    const product = await bed.sell({ units: 5 });
    expect(['Busy', 'OutcomeUnknown']).toContain((await bed.buy(product, { timeoutMs: 1 })).__typename);
    await bed.buy(product);
    await expectExact(product, 1);
  });
});

describe('processes with different strategies on one product', () => {
  const stores = useStores();
  const byScript = useOrderTestBed(stores, {
    environment: { STOCK_STRATEGY: 'atomic', RESERVATION_TIMEOUT: '2s' },
  });
  const byRow = useOrderTestBed(stores, { environment: { STOCK_STRATEGY: 'row' } });

  it('sell no more than there is, and the numbers agree in the end', async () => {
    const product = await byScript.sell({ units: 20 });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? byRow : byScript).buy(product, { userId: randomUUID() })),
    );
    const confirmed = countAnswers(answers)['PurchaseConfirmed'] ?? 0;
    expect(confirmed).toBeLessThanOrEqual(20);
    const { sold, units } = await byRow.ledger(product);
    expect([sold, units]).toEqual([confirmed, confirmed]);
  });

  it('a key that one has confirmed is not refused by the other because the sale is over', async () => {
    const closesAt = new Date(Date.now() + 1_500);
    const product = await byScript.sell({ units: 5, closesAt });
    const [userId, key] = [randomUUID(), newKey()];
    const { order } = await byRow.buy(product, { userId, key });
    await waitUntil('the sale to be over', () => Date.now() > closesAt.getTime() + 50);
    expect(await byScript.buy(product, { userId, key })).toMatchObject({
      replayed: true,
      order: { id: order!.id },
    });
  });
});
