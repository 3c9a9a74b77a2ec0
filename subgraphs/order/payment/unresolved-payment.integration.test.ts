import { describe, expect, it, vi } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed, type SaleOptions } from '../testing/order-test-bed.ts';
import { ScriptedProvider, succeeded } from '../testing/scripted-provider.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { cancelOrder } from '../fulfilment/cancel-order.ts';
import { pay } from './pay.ts';

// The subgraph's own jobs stay out of the way: what runs is what a test runs.
const bed = useOrderTestBed(useStores(), { environment: { SWEEP_EVERY: '1h' } });

/** An order whose payment was requested and not answered. */
async function unresolved(sale: SaleOptions = {}) {
  const provider = new ScriptedProvider();
  const { services, as } = await bed.services({
    provider,
    environment: { PAYMENT_PROVIDER_TIMEOUT: 250, UNRESOLVED_PAYMENT_TIMEOUT: 0 },
  });
  const [product, buyer] = [await bed.sell(sale), new Buyer(bed)];
  const id = await buyer.ordered(product);
  await buyer.giveAddress(id);
  const answer = await pay({ orderId: id, paymentToken: 'any' }, as(buyer.userId));
  expect(answer).toMatchObject({ __typename: 'PaymentAccepted', order: { status: 'PAYING' } });
  expect(provider.charged).toHaveLength(1);
  return { provider, services, as, product, buyer, id, intent: provider.charged[0]! };
}

type Unresolved = Awaited<ReturnType<typeof unresolved>>;

/** Runs rounds until the provider's decision is applied. */
async function resolve({ services, buyer, id }: Unresolved, status: string) {
  await bed.pool.query('UPDATE payment SET due_at = UTC_TIMESTAMP(3) WHERE due_at IS NOT NULL');
  await services.payments.resolve();
  const seen = await buyer.order(id);
  expect(seen?.status).toBe(status);
  return seen!;
}

async function expire({ services, buyer, id }: Unresolved) {
  await buyer.makeDue(id);
  await services.sweeper.run();
  expect((await buyer.order(id))?.status).toBe('EXPIRED');
}

async function expectStock(product: string, sold: number) {
  expect(await bed.ledger(product)).toMatchObject({ sold });
  await waitUntil(
    'Redis to agree',
    () => bed.stock(product),
    (stock) => stock.sold === sold && stock.reserved === 0,
  );
}

describe('a payment that was not answered', () => {
  it('stays PAYING while the provider is at work on it', async () => {
    const payment = await unresolved();
    await resolve(payment, 'PAYING');
    expect(await payment.buyer.pay(payment.id)).toMatchObject({
      __typename: 'InvalidOrderStatus',
      status: 'PAYING',
    });
  });

  it('is PAID once the provider has charged, however many rounds run at once', async () => {
    const payment = await unresolved();
    payment.provider.state = succeeded;
    await bed.pool.query('UPDATE payment SET due_at = UTC_TIMESTAMP(3) WHERE due_at IS NOT NULL');
    await Promise.all(Array.from({ length: 10 }, () => payment.services.payments.resolve()));
    const seen = await resolve(payment, 'PAID');
    expect(seen.history.map(({ status }) => status)).toEqual(['PENDING_PAYMENT', 'PAYING', 'PAID']);
    expect(payment.provider.refunded).toEqual([]);
  });

  it('that turns out to be declined leaves the order payable', async () => {
    const payment = await unresolved();
    payment.provider.state = { kind: 'declined' };
    const seen = await resolve(payment, 'PENDING_PAYMENT');
    expect(seen.paymentDueAt).not.toBeNull();
  });

  it('that the provider does not know is cancelled only when it cannot arrive any more', async () => {
    const payment = await unresolved();
    payment.provider.state = { kind: 'notFound' };
    await resolve(payment, 'PAYING');
    expect(payment.provider.cancelled).toEqual([]);
    await bed.pool.query('UPDATE payment SET attempted_at = attempted_at - INTERVAL 1 MINUTE WHERE id = ?', [
      uuidToBytes(payment.intent),
    ]);
    const seen = await resolve(payment, 'PENDING_PAYMENT');
    expect(payment.provider.cancelled).toEqual([payment.intent]);
    expect(seen.payment).toMatchObject({ status: 'DECLINED' });
  });

  it('is not cancelled by a process whose clock is ahead', async () => {
    const payment = await unresolved();
    payment.provider.state = { kind: 'notFound' };
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      await resolve(payment, 'PAYING');
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not expire before the long wait for it is over', async () => {
    const payment = await unresolved();
    await payment.buyer.makeDue(payment.id);
    const { services } = await bed.services({ environment: { UNRESOLVED_PAYMENT_TIMEOUT: 60_000 } });
    await services.sweeper.run();
    expect((await payment.buyer.order(payment.id))?.status).toBe('PAYING');
    await expire(payment);
    await expectStock(payment.product, 0);
  });
});

describe('money that comes after the order has expired', () => {
  it('buys the units again where they can be had', async () => {
    const payment = await unresolved({ units: 1 });
    await expire(payment);
    await expectStock(payment.product, 0);
    payment.provider.state = succeeded;
    const seen = await resolve(payment, 'PAID');
    expect(seen.payment).toMatchObject({ status: 'SUCCEEDED' });
    expect(seen.history.map(({ status }) => status)).toEqual([
      'PENDING_PAYMENT',
      'PAYING',
      'EXPIRED',
      'PAID',
    ]);
    await expectStock(payment.product, 1);
    expect(await bed.buy(payment.product)).toMatchObject({ __typename: 'SoldOut' });
  });

  it('is given back, once, where they are sold to another buyer', async () => {
    const payment = await unresolved({ units: 1 });
    await expire(payment);
    expect(await bed.buy(payment.product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    payment.provider.state = succeeded;
    await resolve(payment, 'EXPIRED');
    await Promise.all([payment.services.payments.refundOrder(payment.id), resolve(payment, 'EXPIRED')]);
    // Two jobs at once may both call the provider, which refunds an intent once; afterwards none calls it again.
    expect(new Set(payment.provider.refunded)).toEqual(new Set([payment.intent]));
    const calls = payment.provider.refunded.length;
    await payment.services.payments.refund();
    expect(payment.provider.refunded).toHaveLength(calls);
    expect((await payment.buyer.order(payment.id))?.payment).toMatchObject({ status: 'REFUNDED' });
    await expectStock(payment.product, 1);
  });

  it('is given back where the buyer has bought up to the limit again', async () => {
    const payment = await unresolved({ purchaseLimit: 1 });
    await expire(payment);
    await payment.buyer.ordered(payment.product);
    payment.provider.state = succeeded;
    await resolve(payment, 'EXPIRED');
    await payment.services.payments.refund();
    expect(payment.provider.refunded).toEqual([payment.intent]);
    await expectStock(payment.product, 1);
  });

  it('concluded by many at once changes the order, and the stock, once', async () => {
    const payment = await unresolved();
    await expire(payment);
    const ready = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const { services } = await bed.services({ provider: payment.provider });
        return services.payments;
      }),
    );
    // The charge is requested again, as by a process that was suspended: the provider gives the same outcome as before.
    payment.provider.answer = succeeded;
    const intent = { id: payment.intent, amount: 1_000, currency: 'KRW', notAfter: new Date() };
    await Promise.all(ready.map((payments) => payments.charge(intent, 'any')));
    await resolve(payment, 'PAID');
    await expectStock(payment.product, 1);
  });
});

describe('an order that is cancelled while its payment is not known', () => {
  it('gives its stock back at once and its money when that turns out to be taken', async () => {
    const payment = await unresolved();
    expect(await cancelOrder({ orderId: payment.id }, payment.as(payment.buyer.userId))).toMatchObject({
      __typename: 'OrderCancelled',
    });
    await expectStock(payment.product, 0);
    payment.provider.state = succeeded;
    payment.provider.failingRefunds = 1;
    await resolve(payment, 'CANCELLED');
    await payment.services.payments.refund();
    expect(payment.provider.refunded).toEqual([]);
    await payment.services.payments.refundOrder(payment.id);
    expect(payment.provider.refunded).toEqual([payment.intent]);
    await payment.services.payments.refundOrder(payment.id);
    expect(payment.provider.refunded).toEqual([payment.intent]);
    expect((await payment.buyer.order(payment.id))?.payment).toMatchObject({ status: 'REFUNDED' });
    await expectStock(payment.product, 0);
  });
});
