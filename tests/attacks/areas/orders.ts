import { randomBytes, randomUUID } from 'node:crypto';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { expect } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { newKey, openSale, purchase } from '../../harness/shop.ts';
import type { Attack } from '../attack.ts';
import { someAddress, type AttackedSystem } from '../attacked-system.ts';
import { mutationOf } from '../../harness/mutation.ts';

/** What an account can do to the rows of purchases, and to the steps of an order. */
export const attacksOnOrders: readonly Attack[] = [
  {
    attack: 'fifteen abandoned purchases in each request, as fast as the requests are accepted',
    gets: 'write as many rows as their rate limit allows, and stop no purchase of another buyer',
    async run(system) {
      const [{ execute }, attacker] = [system.from(someAddress()), randomUUID()];
      const token = system.stack.mint.buyer(attacker);
      const product = await openSale(system.stack, { units: 100 });
      const begun = performance.now();
      const codes = new Set<string | undefined>();
      await atOnce(10, async () => {
        for (let n = 0; n < 6 * system.rounds; n++) {
          const reply = await execute(ABANDON, keys(), token);
          codes.add(reply.errors?.[0]?.extensions?.code);
        }
      });
      expect(codes).toContain('RATE_LIMITED');
      const allowed = 60 + (10 * (performance.now() - begun)) / 1_000;
      const rows = await inOrders(system, (db) => countRows(db, attacker));
      expect(rows).toBeGreaterThan(0);
      expect(rows).toBeLessThanOrEqual(allowed);
      expect(await purchase(system.stack, product, system.stack.mint.buyer())).toMatchObject({
        __typename: 'PurchaseConfirmed',
      });
    },
  },
  {
    attack: 'lists of an account with thirty thousand tombstones, on twelve connections',
    gets: 'delay no purchase and no list of other buyers',
    async run(system) {
      const [{ execute }, attacker, other] = [system.from(someAddress()), randomUUID(), randomUUID()];
      const product = await openSale(system.stack, { units: 1_000 });
      await inOrders(system, (db) => insertTombstones(db, attacker, 30_000));
      const tokens = [attacker, other].map((id) => system.stack.mint.buyer(id)) as [string, string];
      const [his, mine] = await Promise.all(
        tokens.map(async (token) => (await purchase(system.stack, product, token)).order!.id),
      );
      let isOver = false;
      const lists = atOnce(12, async () => {
        while (!isOver) await execute(listsOf(his!), {}, tokens[0]);
      });
      for (let n = 0; n < 10 * system.rounds; n++) {
        const reply = await system.from(someAddress()).execute(listsOf(mine!), {}, tokens[1]);
        expect(reply.errors).toBeUndefined();
        expect(reply.data).toMatchObject({ order: { buyer: { orders: { totalCount: 1 } } } });
        const answer = await purchase(system.stack, product, system.stack.mint.buyer());
        expect(answer).toMatchObject({ __typename: 'PurchaseConfirmed' });
      }
      isOver = true;
      await lists;
    },
  },
  {
    attack: 'a payment of an order without a shipping address',
    gets: 'is refused, and nothing is charged',
    async run(system) {
      const { send, order } = await anOrder(system);
      expect(await send('pay', { orderId: order, paymentToken: 'sim_success' })).toMatchObject({
        __typename: 'ShippingAddressRequired',
      });
      const payments = await inOrders(system, async (db) => {
        const [rows] = await db.query<RowDataPacket[]>('SELECT id FROM payment WHERE order_id = ?', [
          uuidToBytes(order),
        ]);
        return rows.length;
      });
      expect(payments).toBe(0);
    },
  },
  {
    attack: 'the transitions of an order, skipped, repeated and out of order',
    gets: 'do what the state machine allows, and nothing else',
    async run(system) {
      const { send, order: orderId } = await anOrder(system);
      const paymentToken = 'sim_success';
      expect((await send('requestReturn', { orderId })).__typename).toBe('InvalidOrderStatus');
      expect((await send('preparePayment', { orderId, shippingAddress })).__typename).toBe('PaymentPrepared');
      expect((await send('pay', { orderId, paymentToken })).__typename).toBe('PaymentAccepted');
      expect((await send('pay', { orderId, paymentToken })).__typename).toBe('InvalidOrderStatus');
      expect((await send('preparePayment', { orderId, shippingAddress })).__typename).toBe(
        'InvalidOrderStatus',
      );
      expect((await send('requestReturn', { orderId })).__typename).toBe('InvalidOrderStatus');
      expect((await send('cancelOrder', { orderId })).__typename).toBe('OrderCancelled');
      for (const step of ['cancelOrder', 'requestReturn'] as const)
        expect((await send(step, { orderId })).__typename).toBe('InvalidOrderStatus');
      expect((await send('pay', { orderId, paymentToken })).__typename).toBe('InvalidOrderStatus');
    },
  },
];

const shippingAddress = { postalCode: '04524', line1: '110 Sejong-daero' };

const numbers = Array.from({ length: 15 }, (_, n) => n);

const ABANDON = `mutation (${numbers.map((n) => `$k${n}: String!`).join(' ')}) {
  ${numbers.map((n) => `a${n}: abandonPurchase(input: { idempotencyKey: $k${n} }) { __typename }`).join(' ')}
}`;

const keys = () => Object.fromEntries(numbers.map((n) => [`k${n}`, newKey()]));

const listsOf = (order: string) =>
  `{ order(id: "${order}") { buyer { orders { totalCount nodes { history { at } } } } } }`;

async function anOrder({ stack }: AttackedSystem) {
  const token = stack.mint.buyer();
  const { order } = await purchase(stack, await openSale(stack, { units: 1 }), token);
  const send = async (field: string, input: object): Promise<{ __typename: string }> => {
    const reply = await stack.execute(mutationOf(field), { input }, token);
    return reply.data?.[field] as { __typename: string };
  };
  return { send, order: order!.id };
}

async function atOnce(times: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: times }, work));
}

async function inOrders<Result>(
  { stores }: AttackedSystem,
  work: (db: Connection) => Promise<Result>,
): Promise<Result> {
  const db = await createConnection(`${stores.mysqlUrl}_order`);
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

async function countRows(db: Connection, userId: string): Promise<number> {
  const [[row]] = await db.query<(RowDataPacket & { n: number })[]>(
    'SELECT COUNT(*) AS n FROM orders WHERE user_id = ?',
    [uuidToBytes(userId)],
  );
  return row!.n;
}

async function insertTombstones(db: Connection, userId: string, rows: number): Promise<void> {
  for (let n = 0; n < rows; n += 5_000) {
    await db.query(
      'INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, created_at) VALUES ?',
      [
        Array.from({ length: 5_000 }, (_, i) => [
          randomBytes(16),
          uuidToBytes(userId),
          'ABANDONED',
          randomBytes(16),
          0,
          'XXX',
          new Date(Date.now() - n - i),
        ]),
      ],
    );
  }
}
