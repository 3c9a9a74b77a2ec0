import { randomInt } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { freePort } from '../../../scripts/stores/free-port.ts';
import {
  FakePaymentProvider,
  PROVIDER_KEY,
  WEBHOOK_SECRET,
  type Fate,
} from '../testing/fake-payment-provider.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { randomFrom } from '../../../tests/harness/random-numbers.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { WEBHOOK_PATH } from './payment-webhook.ts';

const provider = await FakePaymentProvider.start();
afterAll(() => provider.stop());
afterEach(() => {
  provider.fateOf = () => 'answered';
});

const ports = [await freePort(), await freePort()];
const bed = useOrderTestBed(useStores(), {
  orders: ports.map((port) => ({ PAYMENT_WEBHOOK_PORT: String(port) })),
  environment: {
    SWEEP_EVERY: '20ms',
    PAYMENT_PROVIDER: 'http',
    PAYMENT_PROVIDER_URL: provider.url,
    PAYMENT_PROVIDER_KEY: PROVIDER_KEY,
    PAYMENT_PROVIDER_TIMEOUT: '300ms',
    PAYMENT_WEBHOOK_SECRET: WEBHOOK_SECRET,
  },
});
const webhook = (at = 0) => `http://127.0.0.1:${ports[at]}${WEBHOOK_PATH}`;

async function ordered() {
  const [product, buyer] = [await bed.sell(), new Buyer(bed)];
  return { product, buyer, id: await buyer.ordered(product) };
}

/** The intents of an order, oldest first. */
async function intentsOf(orderId: string): Promise<{ id: string; status: string }[]> {
  const [rows] = await bed.pool.query<(RowDataPacket & { id: Buffer; status: string })[]>(
    'SELECT id, status FROM payment WHERE order_id = ? ORDER BY attempted_at',
    [uuidToBytes(orderId)],
  );
  return rows.map(({ id, status }) => ({ id: bytesToUuid(id), status }));
}

/** So much time has passed since payments were begun, and each is due. */
const pass = (unit: 'MINUTE' | 'DAY', status: 'PENDING' | 'DECLINED') =>
  bed.pool.query(
    `UPDATE payment SET attempted_at = attempted_at - INTERVAL 1 ${unit}, due_at = UTC_TIMESTAMP(3)
     WHERE status = ? AND due_at IS NOT NULL`,
    [status],
  );

const orderIs = (buyer: Buyer, id: string, status: string) =>
  waitUntil(
    `the order to be ${status}`,
    () => buyer.order(id),
    (seen) => seen?.status === status,
  );

/** Until the only intent of the order is in this state; money that is owed is on its way at once. */
const intentIs = (orderId: string, status: string) =>
  waitUntil(
    `the payment to be ${status}`,
    () => intentsOf(orderId),
    (intents) => intents[0]?.status === status,
  );

describe('a payment by HTTP', () => {
  it('is charged once, and refunded once when the order is cancelled', async () => {
    const { buyer, id } = await ordered();
    provider.fateOf = () => 'twice';
    expect(await buyer.pay(id, 'ok')).toMatchObject({ order: { status: 'PAID' } });
    expect(await buyer.cancel(id)).toMatchObject({ __typename: 'OrderCancelled' });
    const [intent] = await intentIs(id, 'REFUNDED');
    expect(provider.ledger.get(intent!.id)).toEqual({ status: 'refunded', charges: 1, refunds: 1 });
  });

  it('that is declined leaves the order payable', async () => {
    const { buyer, id } = await ordered();
    expect(await buyer.pay(id, 'no')).toMatchObject({ __typename: 'PaymentDeclined' });
    expect(await buyer.pay(id, 'ok')).toMatchObject({ order: { status: 'PAID' } });
  });

  it('by something that is no token is not begun', async () => {
    const { buyer, id } = await ordered();
    expect(await buyer.pay(id, '<script>')).toMatchObject({ __typename: 'InvalidInput' });
    expect(await intentsOf(id)).toEqual([]);
  });

  it.each<[string, Fate]>([
    ['the answer is lost', 'lost'],
    ['a proxy answers in its place', 'refused'],
  ])('is requested again under the same intent where %s', async (_what, fate) => {
    const { buyer, id } = await ordered();
    provider.fateOf = (call) => (call === 'refund' ? fate : 'answered');
    await buyer.pay(id, 'ok');
    await buyer.cancel(id);
    const [intent] = await intentsOf(id);
    expect(intent).toMatchObject({ status: 'REFUND_DUE' });
    provider.fateOf = () => 'answered';
    await bed.pool.query("UPDATE payment SET due_at = UTC_TIMESTAMP(3) WHERE status = 'REFUND_DUE'");
    await intentIs(id, 'REFUNDED');
    expect(provider.ledger.get(intent!.id)).toMatchObject({ charges: 1, refunds: 1 });
  });

  it('whose answer is lost is found out', async () => {
    const { buyer, id } = await ordered();
    provider.fateOf = (call) => (call === 'charge' ? 'lost' : 'answered');
    await buyer.pay(id, 'ok');
    const seen = await orderIs(buyer, id, 'PAID');
    expect(seen?.payment).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('a charge that arrives late', () => {
  it('meets a tombstone where the provider did not know the intent, and charges nothing', async () => {
    const { buyer, id } = await ordered();
    provider.fateOf = (call) => (call === 'charge' ? 'late' : 'answered');
    expect(await buyer.pay(id, 'ok')).toMatchObject({ order: { status: 'PAYING' } });
    await pass('MINUTE', 'PENDING');
    await orderIs(buyer, id, 'PENDING_PAYMENT');
    provider.arriveLate();
    const [intent] = await intentsOf(id);
    expect(provider.ledger.get(intent!.id)).toMatchObject({ status: 'cancelled', charges: 0 });
    provider.fateOf = () => 'answered';
    expect(await buyer.pay(id, 'ok')).toMatchObject({ order: { status: 'PAID' } });
  });

  it('keeps the order PAYING for as long as the provider does not answer to the tombstone', async () => {
    const { buyer, id } = await ordered();
    provider.fateOf = (call) => (call === 'lookUp' ? 'answered' : call === 'cancel' ? 'refused' : 'late');
    await buyer.pay(id, 'ok');
    await pass('MINUTE', 'PENDING');
    const [intent] = await intentsOf(id);
    await waitUntil('the provider to be called', () =>
      provider.calls.some((call) => call.call === 'cancel' && call.id === intent!.id),
    );
    expect(await buyer.order(id)).toMatchObject({ status: 'PAYING' });
    provider.arriveLate();
    await pass('MINUTE', 'PENDING');
    await orderIs(buyer, id, 'PAID');
    expect(provider.ledger.get(intent!.id)).toMatchObject({ status: 'succeeded', charges: 1 });
  });

  it('is refunded where the provider had declined it, at its first event, however often that comes', async () => {
    const { buyer, id } = await ordered();
    await buyer.pay(id, 'no');
    const [intent] = await intentsOf(id);
    provider.chargeAnyway(intent!.id);
    const statuses = (await Promise.all([0, 1].map((at) => provider.sendEvents(webhook(at))))).flat();
    expect(new Set(statuses)).toEqual(new Set([204]));
    await intentIs(id, 'REFUNDED');
    expect(provider.ledger.get(intent!.id)).toMatchObject({ charges: 1, refunds: 1 });
    expect(await buyer.order(id)).toMatchObject({ status: 'PENDING_PAYMENT' });
  });

  it('is refunded where its event is lost, when the record of the provider is read once more', async () => {
    const { buyer, id } = await ordered();
    await buyer.pay(id, 'no');
    const [intent] = await intentsOf(id);
    provider.chargeAnyway(intent!.id);
    await pass('DAY', 'DECLINED');
    await intentIs(id, 'REFUNDED');
    expect(provider.ledger.get(intent!.id)).toMatchObject({ charges: 1, refunds: 1 });
  });
});

it('a payment whose event comes first is concluded at once', async () => {
  const { buyer, id } = await ordered();
  // No round claims the payment: it was claimed a moment ago.
  provider.fateOf = (call) => (call === 'charge' ? 'late' : 'answered');
  await buyer.pay(id, 'ok');
  await bed.pool.query(
    "UPDATE payment SET due_at = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE status = 'PENDING'",
  );
  provider.arriveLate();
  expect(await provider.sendEvents(webhook())).toEqual(expect.arrayContaining([204]));
  expect(await buyer.order(id)).toMatchObject({ status: 'PAID' });
});

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
const FATES: readonly Fate[] = ['answered', 'answered', 'unanswered', 'lost', 'late', 'twice', 'refused'];

it(
  `with faults at every call, each order that is paid was charged once, and no other keeps any money (SEED=${seed})`,
  { timeout: 120_000 },
  async () => {
    const random = randomFrom(seed);
    const product = await bed.sell({ units: 100 });
    const orders = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const buyer = new Buyer(bed);
        return { buyer, id: await buyer.ordered(product) };
      }),
    );
    provider.fateOf = () => FATES[random(FATES.length)]!;
    await Promise.all(
      orders.map(async ({ buyer, id }, i) => {
        for (let attempt = 0; attempt < 3; attempt++) await buyer.pay(id, random(3) ? 'ok' : 'no', i % 2);
        if (random(4) === 0) await buyer.cancel(id, i % 2);
      }),
    );
    await waitUntil(
      'every payment to be concluded',
      async () => {
        if (random(2)) provider.arriveLate();
        if (random(3) === 0) await provider.sendEvents(webhook(random(2)));
        await pass('MINUTE', 'PENDING');
        await bed.pool.query("UPDATE payment SET due_at = UTC_TIMESTAMP(3) WHERE status = 'REFUND_DUE'");
        const [rows] = await bed.pool.query<RowDataPacket[]>(
          "SELECT status FROM payment WHERE status IN ('PENDING', 'REFUND_DUE')",
        );
        return rows.length;
      },
      (open) => open === 0,
      60_000,
    );
    provider.fateOf = () => 'answered';
    provider.arriveLate();
    for (const { buyer, id } of orders) {
      const entries = (await intentsOf(id)).map((intent) => provider.ledger.get(intent.id));
      const kept = entries.reduce((sum, entry) => sum + (entry ? entry.charges - entry.refunds : 0), 0);
      expect(kept).toBe((await buyer.order(id))?.status === 'PAID' ? 1 : 0);
      for (const entry of entries) expect(entry?.charges ?? 0).toBeLessThanOrEqual(1);
    }
  },
);
