import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { describe, expect, it, vi } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { COMMIT, ofPurchases, useMysqlProxy } from '../../../tests/harness/store-proxy.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { deriveOrderId } from '../orders/order-id.ts';
import { abandonPurchase } from '../purchase/abandon-purchase.ts';
import { newAttempt } from '../purchase/attempt.ts';

const direct = useStores();
const { proxy, stores } = useMysqlProxy(direct);
const bed = useOrderTestBed(stores, {
  // The sweeper has transactions of its own.
  environment: { RESERVATION_TIMEOUT: '1s', PURCHASE_TIMEOUT: '15s', SWEEP_EVERY: '1h' },
});

/** A product whose numbers are in Redis, so that the next COMMIT is that of a purchase. */
async function sellReady(units: number): Promise<string> {
  const product = await bed.sell({ units });
  expect(await bed.buy(product, { quantity: units + 1 })).toMatchObject({ __typename: 'SoldOut' });
  return product;
}

/** No unit is lost and none is there twice, once nothing is under way. */
async function expectWholeStock(product: string) {
  const ledger = await bed.ledger(product);
  expect(ledger.sold).toBe(ledger.units);
  await waitUntil(
    'Redis to agree with MySQL',
    () => bed.stock(product),
    ({ sold, reserved }) => sold === ledger.sold && reserved === 0,
  );
  return ledger;
}

describe('a COMMIT whose answer is lost', () => {
  it('is found to have happened, and the purchase is confirmed', async () => {
    const product = await sellReady(5);
    proxy.nextWith(COMMIT, 'loseReply', ofPurchases);
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: false });
    expect(await expectWholeStock(product)).toMatchObject({ sold: 1, orders: 1 });
  });

  it('that never arrived is sent again, with the whole transaction, in the place that the buyer had', async () => {
    const product = await sellReady(1);
    const [userId, key] = [randomUUID(), newKey()];
    const { tombstones } = await bed.ledger(product);
    proxy.nextWith(COMMIT, 'cut', ofPurchases);
    const [first, later] = await Promise.all([
      bed.buy(product, { userId, key }),
      waitUntil('the COMMIT to be cut', () => !proxy.isWaiting).then(() => bed.buy(product)),
    ]);
    expect(first).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: false });
    expect(later).toMatchObject({ __typename: 'SoldOut' });
    expect(await bed.buy(product, { userId, key })).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: true,
    });
    expect(await expectWholeStock(product)).toMatchObject({ sold: 1, orders: 1, tombstones });
  });

  it.each([
    ['whose session is ended at once', false],
    ['whose session cannot be ended', true],
  ])('that arrives long after its sender has gone buys once: one %s', async (_, isKept) => {
    const product = await sellReady(5);
    const [userId, key] = [randomUUID(), newKey()];
    const { tombstones } = await bed.ledger(product);
    proxy.nextWith(COMMIT, { holdMs: 1_500 }, ofPurchases);
    const { services } = await bed.services();
    if (isKept)
      vi.spyOn(services.connections.main, 'endLatest').mockImplementationOnce(() => {
        services.connections.main.discard();
        return Promise.reject(new Error('unreachable'));
      });
    const outcome = await services.purchases.buy(
      newAttempt(userId, key, [{ productId: product, quantity: 1 }], 15_000),
    );
    expect(outcome).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: false });
    expect(await bed.buy(product, { userId, key })).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await expectWholeStock(product)).toMatchObject({ sold: 1, orders: 1, tombstones });
  });

  it('whose session cannot be ended is waited for', async () => {
    const product = await sellReady(5);
    proxy.nextWith(COMMIT, { holdMs: 1_500 }, ofPurchases);
    proxy.thenNextWith('IS_USED_LOCK', 'cut');
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: false });
    expect(await expectWholeStock(product)).toMatchObject({ sold: 1, orders: 1 });
  });

  it('under a key that is abandoned meanwhile ends as the abandonment says', async () => {
    const product = await sellReady(5);
    const [userId, key] = [randomUUID(), newKey()];
    const { services, as } = await bed.services();
    proxy.nextWith(COMMIT, 'cut', ofPurchases);
    const purchase = bed.buy(product, { userId, key });
    await waitUntil('the COMMIT to be cut', () => !proxy.isWaiting);
    const abandoned = await abandonPurchase({ idempotencyKey: key }, as(userId));
    expect(await purchase).toMatchObject({ __typename: abandoned.__typename });
    const isBought = (await services.lookup.find(deriveOrderId(userId, key)))?.kind === 'order';
    expect(isBought).toBe(abandoned.__typename === 'PurchaseConfirmed');
    expect(await expectWholeStock(product)).toMatchObject({ sold: isBought ? 1 : 0 });
  });

  it.each(['cut', 'loseReply', { holdMs: 1_500 }] as const)(
    'under load gives every buyer the outcome that stands: %j',
    async (fate) => {
      const product = await sellReady(100);
      const buyers = Array.from({ length: 150 }, () => ({ userId: randomUUID(), key: newKey() }));
      const rush = Promise.all(buyers.map((buyer) => bed.buy(product, buyer)));
      proxy.nextWith(COMMIT, fate, ofPurchases);
      const answers = await rush;
      expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 100, SoldOut: 50 });
      const again = await Promise.all(buyers.map((buyer) => bed.buy(product, buyer)));
      answers.forEach((answer, i) => {
        if (answer.__typename === 'PurchaseConfirmed') expect(again[i]?.order?.id).toBe(answer.order?.id);
      });
      const { orders } = await expectWholeStock(product);
      expect(countAnswers(again)['PurchaseConfirmed']).toBe(orders);
    },
  );
});

describe('a batch', () => {
  it('whose connection is lost before COMMIT is written again', async () => {
    const product = await bed.sell({ units: 5 });
    proxy.nextWith('UPDATE stock SET sold', 'cut');
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    proxy.nextWith('INSERT INTO order_item', 'loseReply');
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await expectWholeStock(product)).toMatchObject({ sold: 2, orders: 2 });
  });

  it('that fits only in part goes to those who were admitted first, and the others are refused', async () => {
    const product = await bed.sell({ units: 10 });
    await bed.buy(product);
    // Redis takes there to be more than MySQL has.
    const [epoch] = (await bed.redis.get(bed.key(product, 'gate')))!.split(':');
    await bed.redis.hset(bed.key(product, `${epoch}:stock`), 'total', 40);

    const answers = await Promise.all(Array.from({ length: 30 }, () => bed.buy(product)));
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 9, SoldOut: 21 });
    expect(await bed.ledger(product)).toMatchObject({ sold: 10, orders: 10 });
    const [rows] = await bed.pool.query('SELECT seq FROM order_item WHERE product_id = ? ORDER BY seq', [
      uuidToBytes(product),
    ]);
    expect((rows as { seq: number }[]).map(({ seq }) => Number(seq))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    await waitUntil(
      'the refused to be released',
      () => bed.stock(product),
      ({ reserved }) => reserved === 0,
    );
  });

  it('never takes a buyer over the limit, whatever Redis took them to hold', async () => {
    const product = await bed.sell({ units: 10, purchaseLimit: 2 });
    const userId = randomUUID();
    await bed.buy(product, { userId });
    const [epoch] = (await bed.redis.get(bed.key(product, 'gate')))!.split(':');
    await bed.redis.del(bed.key(product, `${epoch}:holding`));

    const answers = await Promise.all(Array.from({ length: 2 }, () => bed.buy(product, { userId })));
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 1, PurchaseLimitExceeded: 1 });
    expect(await expectWholeStock(product)).toMatchObject({ sold: 2 });
  });

  it('admitted before a rebuild is admitted anew after it, and counted once', async () => {
    const product = await bed.sell({ units: 5 });
    await bed.buy(product);
    proxy.nextWith('INSERT INTO order_item', { delayMs: 1_000 });
    const overtaken = bed.buy(product);
    await waitUntil(
      'the unit to be reserved',
      () => bed.stock(product),
      ({ reserved }) => reserved === 1,
    );
    await bed.redis.del(bed.key(product, 'gate'));
    const answers = await Promise.all([overtaken, bed.buy(product)]);
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 2 });
    const [items] = await bed.pool.query('SELECT epoch FROM order_item WHERE product_id = ? ORDER BY epoch', [
      uuidToBytes(product),
    ]);
    // By the reservation in the epoch before it would be sold unseen by Redis, until the reconciliation finds that.
    expect((items as { epoch: number }[]).map(({ epoch }) => epoch)).toEqual([1, 2, 2]);
    expect(await expectWholeStock(product)).toMatchObject({ sold: 3, orders: 3 });
  });

  it('waits for a stock row that another session holds, and is written when it is free', async () => {
    const product = await bed.sell({ units: 5 });
    const url = new URL(direct.mysqlUrl);
    url.pathname += '_order';
    const other = await createConnection(url.href);
    await other.query('START TRANSACTION');
    await other.query('SELECT * FROM stock WHERE product_id = ? FOR UPDATE', [uuidToBytes(product)]);
    const purchase = bed.buy(product);
    await waitUntil(
      'the unit to be reserved',
      () => bed.stock(product),
      ({ reserved }) => reserved === 1,
    );
    await other.query('ROLLBACK');
    await other.end();
    expect(await purchase).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });
});

describe('an attempt', () => {
  it('that runs out of time before it is admitted buys nothing later on', async () => {
    const product = await bed.sell({ units: 5 });
    // The way back is taken off what the caller has: nothing is left.
    const answer = await bed.buy(product, { timeoutMs: 1 });
    expect(['OutcomeUnknown', 'Busy']).toContain(answer.__typename);
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await expectWholeStock(product)).toMatchObject({ sold: 1, orders: 1 });
  });
});
