import type { RowDataPacket } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { ScriptedProvider, succeeded } from '../testing/scripted-provider.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { pay } from '../payment/pay.ts';
import { lockOrder } from '../orders/locked-order.ts';
import { transitionOrders } from '../orders/transition-orders.ts';

// The subgraph's own jobs stay out of the way: what runs is what a test runs.
const bed = useOrderTestBed(useStores(), { environment: { SWEEP_EVERY: '1h' } });
const address = { postalCode: '04524', line1: '110 Sejong-daero' };

async function order(quantity = 1) {
  const [product, buyer] = [await bed.sell(), new Buyer(bed)];
  return { product, buyer, id: await buyer.ordered(product, quantity) };
}

const forgetAddress = (id: string) =>
  bed.pool.query('UPDATE orders SET shipping_address = NULL WHERE id = ?', [uuidToBytes(id)]);

async function countPayments(id: string): Promise<number> {
  const [rows] = await bed.pool.query<RowDataPacket[]>('SELECT id FROM payment WHERE order_id = ?', [
    uuidToBytes(id),
  ]);
  return rows.length;
}

describe('an order without an address', () => {
  it('cannot be paid: nothing is written, and the provider is not called', async () => {
    const { buyer, id } = await order();
    const provider = new ScriptedProvider();
    const { as } = await bed.services({ provider });
    const answer = await pay({ orderId: id, paymentToken: 'any' }, as(buyer.userId));
    expect(answer).toMatchObject({ __typename: 'ShippingAddressRequired' });
    expect(provider.charged).toEqual([]);
    expect(await countPayments(id)).toBe(0);
    const seen = await buyer.order(id);
    expect(seen).toMatchObject({ status: 'PENDING_PAYMENT', payment: null });
    expect(seen?.history).toHaveLength(1);

    await buyer.prepare(id, address);
    expect(await buyer.payAsItIs(id)).toMatchObject({
      __typename: 'PaymentAccepted',
      order: { status: 'PAID' },
    });
  });

  it('may be cancelled, and expires when its time is up', async () => {
    const [one, other] = [await order(), await order()];
    expect(await one.buyer.cancel(one.id)).toMatchObject({ __typename: 'OrderCancelled' });
    await other.buyer.makeDue(other.id);
    expect(await other.buyer.payAsItIs(other.id)).toMatchObject({
      __typename: 'InvalidOrderStatus',
      status: 'EXPIRED',
    });
  });

  it('whose payment began under an older release is PAID all the same', async () => {
    const { buyer, id } = await order();
    const provider = new ScriptedProvider();
    const { as, services } = await bed.services({ provider, environment: { PAYMENT_PROVIDER_TIMEOUT: 30 } });
    await buyer.giveAddress(id);
    await pay({ orderId: id, paymentToken: 'any' }, as(buyer.userId));
    await forgetAddress(id);
    provider.state = succeeded;
    await bed.pool.query('UPDATE payment SET due_at = UTC_TIMESTAMP(3) WHERE due_at IS NOT NULL');
    await services.payments.resolve();
    expect(await buyer.order(id)).toMatchObject({ status: 'PAID', payment: { status: 'SUCCEEDED' } });
  });

  it('that is paid is not shipped, keeps nothing behind it waiting, and is shipped once its address is known', async () => {
    const waiting = await Promise.all(Array.from({ length: 3 }, () => order()));
    const sound = await order();
    for (const { buyer, id } of [...waiting, sound]) await buyer.pay(id);
    for (const { buyer, id } of waiting) {
      await forgetAddress(id);
      await buyer.makeDue(id, -60_000);
    }
    await sound.buyer.makeDue(sound.id);
    const { sweeper } = (await bed.services()).services;
    await sweeper.run();
    expect(await sound.buyer.order(sound.id)).toMatchObject({ status: 'SHIPPED' });
    for (const { buyer, id } of waiting) expect(await buyer.order(id)).toMatchObject({ status: 'PAID' });

    const [late, cancelled] = waiting as [(typeof waiting)[0], (typeof waiting)[0]];
    expect(await late.buyer.prepare(late.id, address)).toMatchObject({
      __typename: 'PaymentPrepared',
      order: { status: 'PAID', shippingAddress: address },
    });
    expect(await late.buyer.prepare(late.id, address)).toMatchObject({
      __typename: 'InvalidOrderStatus',
      status: 'PAID',
    });
    await late.buyer.makeDue(late.id);
    await sweeper.run();
    expect(await late.buyer.order(late.id)).toMatchObject({ status: 'SHIPPED' });
    expect(await cancelled.buyer.cancel(cancelled.id)).toMatchObject({
      __typename: 'OrderCancelled',
      order: { status: 'CANCELLED' },
    });
  });
});

describe('an order that is PAID by its row, without a payment that succeeded', () => {
  it('is not shipped', async () => {
    const { buyer, id } = await order();
    await buyer.giveAddress(id);
    await bed.pool.query("UPDATE orders SET status = 'PAID', due_at = UTC_TIMESTAMP(3) WHERE id = ?", [
      uuidToBytes(id),
    ]);
    const { sweeper } = (await bed.services()).services;
    await sweeper.run();
    expect(await buyer.order(id)).toMatchObject({ status: 'PAID' });
  });
});

describe('a transition', () => {
  it('whose precondition is not met is not made, by any caller', async () => {
    const { buyer, id } = await order();
    const { services } = await bed.services();
    const move = (to: 'PAYING' | 'EXPIRED' | 'SHIPPED') =>
      inTransaction(services.pool, async (connection) => {
        const locked = (await lockOrder(connection, id, services.stateMachine))!;
        return transitionOrders(connection, [locked], to, services.stateMachine);
      });
    await expect(move('PAYING')).rejects.toThrow(/address/);
    await expect(move('EXPIRED')).rejects.toThrow(/due/);
    await expect(move('SHIPPED')).rejects.toThrow(/PENDING_PAYMENT to SHIPPED/);
    expect(await buyer.order(id)).toMatchObject({ status: 'PENDING_PAYMENT' });
  });
});
