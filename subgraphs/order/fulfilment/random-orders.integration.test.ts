import { randomInt } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../../../tests/harness/order-buyer.ts';
import { newKey, useOrderRoom } from '../../../tests/harness/order-room.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { fromRedisId } from '../stock/redis-id.ts';

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
const BUYERS = 40;
const OPERATIONS = 25;

// Short enough for every way that an order can go to be gone many times in a run.
const room = useOrderRoom(useStores(), {
  orders: 2,
  environment: {
    SWEEP_EVERY: '15ms',
    PAYMENT_TIMEOUT: '800ms',
    PAYMENT_PROVIDER_TIMEOUT: '250ms',
    UNRESOLVED_PAYMENT_TIMEOUT: '0ms',
    SHIP_AFTER: '150ms',
    DELIVER_AFTER: '50ms',
    RETURN_WINDOW: '5s',
    RETURN_AFTER: '100ms',
  },
});

const LIMIT = 3;
let limited: string;
let products: string[];

beforeAll(async () => {
  limited = await room.sell({ units: 60, purchaseLimit: LIMIT });
  products = [limited, await room.sell({ units: 40 }), await room.sell({ units: 25 })];
});

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** One buyer's day: whatever comes to mind, on whatever they have ordered. */
async function shop(buyer: Buyer, random: (below: number) => number): Promise<void> {
  const orders: string[] = [];
  const product = () => products[random(products.length)]!;
  /** One of the latest: the older ones have expired. */
  const some = () => orders[Math.max(0, orders.length - 1 - random(3))]!;
  for (let i = 0; i < OPERATIONS; i++) {
    const at = random(2);
    const dice = random(100);
    if (dice < 32 || orders.length === 0) {
      const answer = await room.buy(product(), { userId: buyer.userId, quantity: 1 + random(2), at });
      if (answer.order) orders.push(answer.order.id);
    } else if (dice < 37) {
      await buyer.add(product());
      await buyer.add(product());
      const answer = await buyer.checkout(newKey(), at);
      if (answer.order) orders.push(answer.order.id);
    } else if (dice < 73) {
      const tokens = ['sim_success', 'sim_success', 'sim_declined', 'sim_timeout', 'sim_random'];
      await buyer.pay(some(), tokens[random(tokens.length)], at);
    } else if (dice < 85) {
      await buyer.cancel(some(), at);
    } else if (dice < 93) {
      await buyer.requestReturn(some());
    } else if (dice < 96) {
      await buyer.prepare(some(), { postalCode: '1', line1: 'Here' });
    } else if (dice < 98) {
      await room.restock(product(), 1);
    } else {
      // Redis forgets a product.
      await room.redis.del(room.key(product(), 'gate'));
    }
  }
}

interface Books {
  readonly product: string;
  readonly total: number;
  readonly sold: number;
  /** In orders that hold. */
  readonly ordered: number;
  readonly held: number;
  readonly mostHeld: number;
}

/** What MySQL has at one instant. */
async function readBooks(): Promise<Books[]> {
  const connection = await room.pool.getConnection();
  try {
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const books: Books[] = [];
    for (const product of products) {
      const [[row]] = await connection.query<RowDataPacket[]>(
        `SELECT total, sold,
          (SELECT COALESCE(SUM(i.quantity), 0) FROM order_item i JOIN orders o ON o.id = i.order_id
           WHERE i.product_id = s.product_id AND o.status NOT IN ('CANCELLED', 'EXPIRED', 'RETURNED', 'ABANDONED')) AS ordered,
          (SELECT COALESCE(SUM(held), 0) FROM holding h WHERE h.product_id = s.product_id) AS held,
          (SELECT COALESCE(MAX(held), 0) FROM holding h WHERE h.product_id = s.product_id) AS most_held
         FROM stock s WHERE product_id = ?`,
        [uuidToBytes(product)],
      );
      books.push({
        product,
        total: Number(row!['total']),
        sold: Number(row!['sold']),
        ordered: Number(row!['ordered']),
        held: Number(row!['held']),
        mostHeld: Number(row!['most_held']),
      });
    }
    await connection.query('COMMIT');
    return books;
  } finally {
    connection.release();
  }
}

async function expectTrueBooks(): Promise<Books[]> {
  const books = await readBooks();
  for (const { product, total, sold, ordered, held, mostHeld } of books) {
    expect({ ordered, held }).toEqual({ ordered: sold, held: sold });
    expect(sold).toBeLessThanOrEqual(total);
    if (product === limited) expect(mostHeld).toBeLessThanOrEqual(LIMIT);
  }
  return books;
}

async function countUnfinished(): Promise<number> {
  const [[row]] = await room.pool.query<(RowDataPacket & { unfinished: number })[]>(
    `SELECT (SELECT COUNT(*) FROM orders WHERE status IN ('PENDING_PAYMENT', 'PAYING', 'PAID', 'SHIPPED', 'RETURN_REQUESTED'))
       + (SELECT COUNT(*) FROM payment WHERE status IN ('PENDING', 'REFUND_DUE'))
       + (SELECT COUNT(*) FROM stock_movement WHERE applied_at IS NULL) AS unfinished`,
  );
  return Number(row!.unfinished);
}

/** Charges that the provider has kept, by what became of their orders. */
async function readKeptCharges(): Promise<{ status: string; orders: number; kept: number }[]> {
  const [rows] = await room.pool.query<RowDataPacket[]>(
    `SELECT o.status, COUNT(DISTINCT o.id) AS orders,
       COALESCE(SUM(c.outcome = 'succeeded' AND c.refunded_at IS NULL), 0) AS kept
     FROM orders o LEFT JOIN payment p ON p.order_id = o.id LEFT JOIN simulated_charge c ON c.intent_id = p.id
     GROUP BY o.status`,
  );
  return rows.map((row) => ({
    status: String(row['status']),
    orders: Number(row['orders']),
    kept: Number(row['kept']),
  }));
}

async function readHoldingsInRedis(product: string): Promise<Record<string, number>> {
  const [epoch] = (await room.redis.get(room.key(product, 'gate')))!.split(':');
  const holdings = await room.redis.hgetall(room.key(product, `${epoch}:holding`));
  return Object.fromEntries(
    Object.entries(holdings).flatMap(([user, held]) =>
      held === '0' ? [] : [[fromRedisId(user), Number(held)]],
    ),
  );
}

async function readHoldings(product: string): Promise<Record<string, number>> {
  const [rows] = await room.pool.query<(RowDataPacket & { user_id: Buffer; held: number })[]>(
    'SELECT user_id, held FROM holding WHERE product_id = ? AND held > 0',
    [uuidToBytes(product)],
  );
  return Object.fromEntries(rows.map(({ user_id, held }) => [bytesToUuid(user_id), held]));
}

describe('whatever many buyers do at once', () => {
  it(`leaves no unit and no money unaccounted for (SEED=${seed})`, { timeout: 90_000 }, async () => {
    let shopping = true;
    const auditor = (async () => {
      for (let audits = 0; shopping; audits++) await expectTrueBooks();
    })();
    const buyers = Array.from({ length: BUYERS }, () => new Buyer(room));
    await Promise.all(buyers.map((buyer, i) => shop(buyer, randomFrom(seed + i)))).finally(
      () => (shopping = false),
    );
    await auditor;

    await waitUntil(
      'everything to come to its end',
      countUnfinished,
      (unfinished) => unfinished === 0,
      60_000,
    );
    for (const { product, total, sold } of await expectTrueBooks()) {
      // A purchase opens a gate that was lost.
      await room.buy(product, { quantity: 1_000_000 });
      await waitUntil(
        'Redis to agree with MySQL',
        () => room.stock(product),
        (stock) => stock.reserved === 0 && stock.sold === sold && stock.remaining === total - sold,
      );
    }
    expect(await readHoldingsInRedis(limited)).toEqual(await readHoldings(limited));

    const charges = await readKeptCharges();
    for (const { status, orders, kept } of charges)
      expect({ status, kept }).toEqual({ status, kept: status === 'DELIVERED' ? orders : 0 });
    expect(charges.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['CANCELLED', 'DELIVERED', 'EXPIRED', 'RETURNED']),
    );
  });
});
