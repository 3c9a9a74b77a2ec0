import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { administrator, buyer as signedIn } from '../../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const bed = useOrderTestBed(useStores(), {
  orders: 2,
  environment: { SWEEP_EVERY: '20ms', PAYMENT_PROVIDER_TIMEOUT: '300ms' },
});

const address = { postalCode: '04524', line1: '110 Sejong-daero', line2: null };

async function order(quantity = 1) {
  const [product, buyer] = [await bed.sell(), new Buyer(bed)];
  return { product, buyer, id: await buyer.ordered(product, quantity) };
}

const statuses = (seen: { readonly history: readonly { readonly status: string }[] } | null | undefined) =>
  seen?.history.map(({ status }) => status);

describe('preparing a payment', () => {
  it('sets where the order goes', async () => {
    const { buyer, id } = await order();
    expect(await buyer.prepare(id, address)).toMatchObject({
      __typename: 'PaymentPrepared',
      order: { status: 'PENDING_PAYMENT', shippingAddress: address },
    });
    const [[row]] = await bed.pool.query<never[]>(
      'SELECT shipping_address AS sealed FROM orders WHERE id = ?',
      [uuidToBytes(id)],
    );
    expect(String((row as { sealed: Buffer } | undefined)?.sealed)).toMatch(/^test\.[\w-]+$/);
  });

  it('gives the whole time to pay once, and no second time', async () => {
    const { buyer, id } = await order();
    await buyer.makeDue(id, 60_000);
    const first = (await buyer.prepare(id, address)).order!;
    expect(Date.parse(first.paymentDueAt!)).toBeGreaterThan(Date.now() + 14 * 60_000);
    await buyer.makeDue(id, 60_000);
    const second = (await buyer.prepare(id, { ...address, line1: 'Elsewhere' })).order!;
    expect(Date.parse(second.paymentDueAt!)).toBeLessThan(Date.now() + 61_000);
    expect(second.shippingAddress).toMatchObject({ line1: 'Elsewhere' });
  });

  it('shows the address to the buyer and to order:read only', async () => {
    const { buyer, id } = await order();
    await buyer.prepare(id, address);
    const query = 'query ($id: ID!) { order(id: $id) { shippingAddress { line1 } } }';
    expect((await bed.execute(query, { id }, { caller: administrator })).data).toMatchObject({
      order: { shippingAddress: { line1: address.line1 } },
    });
    expect(await new Buyer(bed).order(id)).toBeNull();
  });

  it('says everything that is wrong with an address', async () => {
    const { buyer, id } = await order();
    const answer = await buyer.prepare(id, { postalCode: ' ', line1: 'x'.repeat(201), line2: 'a\u0007b' });
    expect(answer.problems?.map(({ path }) => path)).toEqual([
      'shippingAddress.postalCode',
      'shippingAddress.line1',
      'shippingAddress.line2',
    ]);
  });
});

describe('a payment', () => {
  it('that succeeds makes the order PAID, and a second one is refused', async () => {
    const { buyer, id } = await order(2);
    const answer = await buyer.pay(id);
    expect(answer).toMatchObject({
      __typename: 'PaymentAccepted',
      order: {
        status: 'PAID',
        paymentDueAt: null,
        payment: { status: 'SUCCEEDED', amount: { amount: 2_000, currency: 'KRW' } },
      },
    });
    expect(statuses(answer.order)).toEqual(['PENDING_PAYMENT', 'PAYING', 'PAID']);
    expect(await buyer.pay(id)).toMatchObject({ __typename: 'InvalidOrderStatus', status: 'PAID' });
  });

  it('requested many times at once charges once', async () => {
    const { buyer, id } = await order();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => buyer.pay(id, 'sim_success', i % 2)),
    );
    expect(countAnswers(answers)).toEqual({ PaymentAccepted: 1, InvalidOrderStatus: 19 });
    const [rows] = await bed.pool.query<never[]>('SELECT id FROM payment WHERE order_id = ?', [
      uuidToBytes(id),
    ]);
    expect(rows).toHaveLength(1);
  });

  it('that is declined leaves the order payable, until it was due anyway', async () => {
    const { buyer, id } = await order();
    const due = (await buyer.order(id))!.paymentDueAt;
    const answer = await buyer.pay(id, 'sim_declined');
    expect(answer).toMatchObject({
      __typename: 'PaymentDeclined',
      order: { status: 'PENDING_PAYMENT', paymentDueAt: due, payment: { status: 'DECLINED' } },
    });
    const paid = await buyer.pay(id);
    expect(paid).toMatchObject({ order: { status: 'PAID', payment: { status: 'SUCCEEDED' } } });
    expect(statuses(paid.order)).toEqual(['PENDING_PAYMENT', 'PAYING', 'PENDING_PAYMENT', 'PAYING', 'PAID']);
  });

  it('that was declined ten times is not tried again, and the order waits for its end', async () => {
    const { buyer, id } = await order();
    for (let i = 0; i < 10; i++) await buyer.pay(id, 'sim_declined');
    const reply = await bed.execute(
      'mutation ($input: PayInput!) { pay(input: $input) { ... on PaymentDeclined { message } } }',
      { input: { orderId: id, paymentToken: 'sim_success' } },
      { caller: signedIn(buyer.userId) },
    );
    expect(reply.data).toMatchObject({ pay: { message: expect.stringContaining('expires') as string } });
    const answer = await buyer.pay(id);
    expect(answer).toMatchObject({
      __typename: 'PaymentDeclined',
      order: { status: 'PENDING_PAYMENT', payment: { status: 'DECLINED' } },
    });
    expect(answer.order?.history).toHaveLength(21);
    const [rows] = await bed.pool.query<never[]>(
      `SELECT p.id FROM payment p JOIN simulated_charge c ON c.intent_id = p.id WHERE p.order_id = ?`,
      [uuidToBytes(id)],
    );
    expect(rows).toHaveLength(10);
  });

  it('has its place in the history, wherever the clocks of the processes stand', async () => {
    const { buyer, id } = await order();
    // Written by a process whose clock is ahead: everything after it happens in the same millisecond, at the earliest.
    await bed.pool.query('UPDATE orders SET created_at = created_at + INTERVAL 1 HOUR WHERE id = ?', [
      uuidToBytes(id),
    ]);
    await buyer.pay(id, 'sim_declined');
    const { history } = (await buyer.pay(id)).order!;
    expect(statuses({ history })).toEqual(['PENDING_PAYMENT', 'PAYING', 'PENDING_PAYMENT', 'PAYING', 'PAID']);
    const times = history.map(({ at }) => at);
    expect(times).toEqual([...new Set(times)].sort());
  });

  it('that is not answered is accepted as PAYING, and found out', async () => {
    const { buyer, id } = await order();
    const answer = await buyer.pay(id, 'sim_timeout');
    expect(answer).toMatchObject({ __typename: 'PaymentAccepted' });
    expect(['PAYING', 'PAID']).toContain(answer.order?.status);
    await waitUntil(
      'the payment to be found out',
      () => buyer.order(id),
      (seen) => seen?.status === 'PAID' && seen.payment?.status === 'SUCCEEDED',
    );
  });

  it('of an order whose time is up is refused, and the order is EXPIRED', async () => {
    const { product, buyer, id } = await order();
    await buyer.makeDue(id);
    expect(await buyer.pay(id)).toMatchObject({ __typename: 'InvalidOrderStatus', status: 'EXPIRED' });
    expect(await bed.ledger(product)).toMatchObject({ sold: 0 });
  });

  it('by an unknown token is invalid input', async () => {
    const { buyer, id } = await order();
    expect(await buyer.pay(id, 'sim_free')).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'paymentToken' }],
    });
    expect(await buyer.order(id)).toMatchObject({ status: 'PENDING_PAYMENT', payment: null });
  });
});

describe('the order of another user', () => {
  it('is not found, by any operation', async () => {
    const { id } = await order();
    const stranger = new Buyer(bed);
    const notFound = { __typename: 'OrderNotFound' };
    expect(await stranger.order(id)).toBeNull();
    expect(await stranger.prepare(id, address)).toMatchObject(notFound);
    expect(await stranger.pay(id)).toMatchObject(notFound);
    expect(await stranger.cancel(id)).toMatchObject(notFound);
    expect(await stranger.requestReturn(id)).toMatchObject(notFound);
    for (const none of [randomUUID(), 'no id']) {
      expect(await stranger.pay(none)).toMatchObject(notFound);
      expect(await stranger.cancel(none)).toMatchObject(notFound);
    }
    const reply = await bed.execute(
      'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Order { status } } }',
      { refs: [{ __typename: 'Order', id }] },
      { caller: { userId: stranger.userId, scopes: new Set(), sessionId: null } },
    );
    expect(reply.data).toEqual({ _entities: [null] });
  });

  it('cannot be paid or cancelled by a caller who may read it, either', async () => {
    const { id } = await order();
    for (const [field, type, input] of [
      ['cancelOrder', 'CancelOrderInput', { orderId: id }],
      ['pay', 'PayInput', { orderId: id, paymentToken: 'sim_success' }],
    ] as const) {
      const reply = await bed.execute(
        `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`,
        { input },
        { caller: administrator },
      );
      expect(reply.data).toEqual({ [field]: { __typename: 'OrderNotFound' } });
    }
  });

  it('is not found by a caller who is not signed in', async () => {
    const { id } = await order();
    const reply = await bed.execute(
      'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }',
      { input: { orderId: id } },
    );
    expect(reply.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});
