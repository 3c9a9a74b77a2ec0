import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const bed = useOrderTestBed(useStores(), { orders: 2, environment: { SWEEP_EVERY: '20ms' } });

async function order(quantity = 1) {
  const [product, buyer] = [await bed.sell(), new Buyer(bed)];
  return { product, buyer, id: await buyer.ordered(product, quantity) };
}

type Ordered = Awaited<ReturnType<typeof order>>;

/** Time passes until the order has come so far. */
async function reach({ buyer, id }: Ordered, ...statuses: string[]) {
  for (const status of statuses) {
    await buyer.makeDue(id);
    await waitUntil(
      `the order to be ${status}`,
      () => buyer.order(id),
      (seen) => seen?.status === status,
    );
  }
}

const expectStock = (product: string, sold: number) =>
  waitUntil(
    'Redis and MySQL to agree',
    async () => ({ redis: await bed.stock(product), mysql: await bed.ledger(product) }),
    ({ redis, mysql }) => redis.sold === sold && mysql.sold === sold && redis.reserved === 0,
  );

describe('cancelling', () => {
  it('an order that is not paid gives its stock back', async () => {
    const { product, buyer, id } = await order(3);
    expect(await buyer.cancel(id)).toMatchObject({
      __typename: 'OrderCancelled',
      order: { status: 'CANCELLED', payment: null, paymentDueAt: null },
    });
    await expectStock(product, 0);
    expect(await buyer.pay(id)).toMatchObject({ __typename: 'InvalidOrderStatus', status: 'CANCELLED' });
  });

  it('a paid order gives its money back, too', async () => {
    const { product, buyer, id } = await order();
    await buyer.pay(id);
    const { order: seen } = await buyer.cancel(id);
    expect(seen).toMatchObject({ status: 'CANCELLED', payment: { status: 'REFUNDED' } });
    expect(seen?.history.map(({ status }) => status)).toEqual([
      'PENDING_PAYMENT',
      'PAYING',
      'PAID',
      'CANCELLED',
    ]);
    const times = seen!.history.map(({ at }) => at);
    expect(times).toEqual([...new Set(times)].sort());
    await expectStock(product, 0);
  });

  it('many times at once happens once', async () => {
    const { product, buyer, id } = await order(2);
    await buyer.pay(id);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => buyer.cancel(id, i % 2)));
    expect(countAnswers(answers)).toEqual({ OrderCancelled: 1, InvalidOrderStatus: 19 });
    await expectStock(product, 0);
    const [movements] = await bed.pool.query<never[]>(
      "SELECT id FROM stock_movement WHERE order_id = ? AND kind = 'GIVE_BACK'",
      [uuidToBytes(id)],
    );
    expect(movements).toHaveLength(1);
  });

  it('lets the buyer buy up to the limit again', async () => {
    const [product, buyer] = [await bed.sell({ purchaseLimit: 1 }), new Buyer(bed)];
    const id = await buyer.ordered(product);
    expect(await bed.buy(product, { userId: buyer.userId })).toMatchObject({
      __typename: 'PurchaseLimitExceeded',
    });
    await buyer.cancel(id);
    await buyer.ordered(product);
  });

  it('an order that has been shipped is too late', async () => {
    const ordered = await order();
    await ordered.buyer.pay(ordered.id);
    await reach(ordered, 'SHIPPED');
    expect(await ordered.buyer.cancel(ordered.id)).toMatchObject({
      __typename: 'InvalidOrderStatus',
      status: 'SHIPPED',
    });
  });
});

describe('an order that is not paid in time', () => {
  it('expires and gives its stock back', async () => {
    const ordered = await order(4);
    await reach(ordered, 'EXPIRED');
    await expectStock(ordered.product, 0);
  });

  it('expires once, with twenty expirers', async () => {
    const [product, buyers] = [
      await bed.sell({ units: 60 }),
      Array.from({ length: 60 }, () => new Buyer(bed)),
    ];
    await Promise.all(buyers.map((buyer) => buyer.ordered(product)));
    const sweepers = await Promise.all(
      Array.from({ length: 20 }, async () => (await bed.services()).services.sweeper),
    );
    await bed.pool.query("UPDATE orders SET due_at = UTC_TIMESTAMP(3) WHERE status = 'PENDING_PAYMENT'");
    await Promise.all(sweepers.map((sweeper) => sweeper.run()));
    await expectStock(product, 0);
    const [movements] = await bed.pool.query<never[]>(
      "SELECT id FROM stock_movement WHERE product_id = ? AND kind = 'GIVE_BACK'",
      [uuidToBytes(product)],
    );
    expect(movements).toHaveLength(60);
  });

  it('and is paid at the same instant is either PAID or EXPIRED, and its stock with it', async () => {
    const [rounds, product] = [60, await bed.sell({ units: 60 })];
    const buyers = Array.from({ length: rounds }, () => new Buyer(bed));
    const ids = await Promise.all(buyers.map((buyer) => buyer.ordered(product)));
    // From now on, closer together at first: on a quiet machine the payments meet the early ones, on a busy one the later.
    await Promise.all(buyers.map((buyer, i) => buyer.makeDue(ids[i]!, 2 * i ** 2)));
    const answers = await Promise.all(buyers.map((buyer, i) => buyer.pay(ids[i]!, 'sim_success', i % 2)));

    const orders = await waitUntil(
      'every order to be decided',
      () => Promise.all(buyers.map((buyer, i) => buyer.order(ids[i]!))),
      (seen) => seen.every((one) => ['PAID', 'EXPIRED'].includes(one!.status)),
    );
    answers.forEach((answer, i) => {
      expect(orders[i]!.status).toBe(answer.__typename === 'PaymentAccepted' ? 'PAID' : 'EXPIRED');
    });
    const paid = countAnswers(answers)['PaymentAccepted'] ?? 0;
    expect(paid).toBeGreaterThan(0);
    expect(paid).toBeLessThan(rounds);
    await expectStock(product, paid);
  });
});

describe('a return', () => {
  it('goes the whole way: stock and money come back in the end', async () => {
    const ordered = await order(2);
    const { product, buyer, id } = ordered;
    await buyer.pay(id);
    await reach(ordered, 'SHIPPED', 'DELIVERED');
    expect((await buyer.order(id))?.returnableUntil).not.toBeNull();

    expect(await buyer.requestReturn(id, 'Too small')).toMatchObject({
      __typename: 'ReturnRequested',
      order: { status: 'RETURN_REQUESTED', returnableUntil: null },
    });
    await expectStock(product, 2);
    expect(await buyer.requestReturn(id)).toMatchObject({
      __typename: 'InvalidOrderStatus',
      status: 'RETURN_REQUESTED',
    });

    await reach(ordered, 'RETURNED');
    await expectStock(product, 0);
    await waitUntil(
      'the money to be given back',
      () => buyer.order(id),
      (seen) => seen?.payment?.status === 'REFUNDED',
    );
    expect((await buyer.order(id))?.history.map(({ status }) => status)).toEqual([
      'PENDING_PAYMENT',
      'PAYING',
      'PAID',
      'SHIPPED',
      'DELIVERED',
      'RETURN_REQUESTED',
      'RETURNED',
    ]);
  });

  it('is refused before delivery, and after the window has closed', async () => {
    const ordered = await order();
    const { buyer, id } = ordered;
    expect(await buyer.requestReturn(id)).toMatchObject({ status: 'PENDING_PAYMENT' });
    await buyer.pay(id);
    await reach(ordered, 'SHIPPED', 'DELIVERED');
    await buyer.makeDue(id);
    const refused = await buyer.requestReturn(id);
    expect(refused.__typename).toBe('ReturnWindowClosed');
    expect(Date.parse(refused.closedAt!)).toBeLessThanOrEqual(Date.now());
  });

  it('has a reason of bounded length, which is not stored as it was written', async () => {
    const ordered = await order();
    const { buyer, id } = ordered;
    await buyer.pay(id);
    await reach(ordered, 'SHIPPED', 'DELIVERED');
    expect(await buyer.requestReturn(id, 'x'.repeat(501))).toMatchObject({ problems: [{ path: 'reason' }] });
    await buyer.requestReturn(id, 'x'.repeat(500));
    const [[row]] = await bed.pool.query<never[]>('SELECT reason FROM return_request WHERE order_id = ?', [
      uuidToBytes(id),
    ]);
    expect(String((row as { reason: Buffer } | undefined)?.reason)).toMatch(/^test\.[\w-]+$/);
  });
});
