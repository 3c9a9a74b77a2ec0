import { randomBytes, randomUUID } from 'node:crypto';
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { buyer } from '../../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { LIST_LIMITS, MOST_COUNTED } from './order-lists.ts';
import { ABANDONED, ORDER_STATUSES } from './order.ts';
import { pageOfUser, someOfUser } from './order-list-queries.ts';
import { OrderRepository } from './order-repository.ts';

const stores = useStores();
const bed = useOrderTestBed(stores, { environment: { SWEEP_EVERY: '1h' } });

const TOMBSTONES = 20_000;
const ORDERS = 450;
const userId = randomUUID();
/** One connection, so that its counters are those of the statements. */
let session: Pool;
let orders: OrderRepository;

async function insert(
  rows: readonly (readonly [status: string, createdAt: Date])[],
  user = userId,
): Promise<void> {
  for (let n = 0; n < rows.length; n += 5_000) {
    await bed.pool.query(
      'INSERT INTO orders (id, user_id, status, request_hash, total_amount, currency, created_at) VALUES ?',
      [
        rows
          .slice(n, n + 5_000)
          .map(([status, at]) => [randomBytes(16), uuidToBytes(user), status, randomBytes(16), 1, 'KRW', at]),
      ],
    );
  }
}

beforeAll(async () => {
  const database = new URL(stores.mysqlUrl);
  database.pathname += '_order';
  session = createPool({ uri: database.href, connectionLimit: 1, timezone: 'Z' });
  orders = new OrderRepository(session);
  const now = Date.now();
  await insert(Array.from({ length: TOMBSTONES }, (_, n) => [ABANDONED, new Date(now - n)]));
  // Several of each millisecond, so that the id decides.
  await insert(
    Array.from({ length: ORDERS }, (_, n) => [
      ORDER_STATUSES[n % ORDER_STATUSES.length]!,
      new Date(now - Math.floor(n / 7) * 1_000),
    ]),
  );
  // Plans follow statistics, which the server updates some time after an import.
  await session.query('ANALYZE TABLE orders');
}, 60_000);

afterAll(() => session.end());

async function rowsRead(work: () => Promise<unknown>): Promise<number> {
  const counted = async () => {
    const [counters] = await session.query<(RowDataPacket & { Value: string })[]>(
      "SHOW SESSION STATUS LIKE 'Handler_read%'",
    );
    return counters.reduce((sum, { Value }) => sum + Number(Value), 0);
  };
  const before = await counted();
  await work();
  return (await counted()) - before;
}

describe(`among ${TOMBSTONES} tombstones of one account`, () => {
  it('a page reads as many rows as it is long for each status, and a total as many as there are orders', async () => {
    for (const status of [null, 'PAID'] as const) {
      const [first] = await orders.pageOfUser(userId, { limit: 20, after: null, status });
      for (const after of [null, first!]) {
        const page = () => orders.pageOfUser(userId, { limit: 20, after, status });
        expect(await rowsRead(page), `${status} ${after?.id}`).toBeLessThan(1_000);
      }
      expect(await rowsRead(() => orders.countOfUser(userId, status, MOST_COUNTED))).toBeLessThan(2_000);
    }
  });

  it('each statement reads ranges of the index that has the status in it', async () => {
    const page = { limit: 20, after: { createdAt: new Date(), id: userId }, status: null };
    const statements = [
      pageOfUser(userId, page),
      pageOfUser(userId, { ...page, status: 'PAID' }),
      someOfUser(userId, ORDER_STATUSES, MOST_COUNTED),
      someOfUser(userId, [ABANDONED], 1_000),
    ];
    for (const { sql, values } of statements) {
      const [plan] = await session.query<(RowDataPacket & { table: string; type: string; key: string })[]>(
        `EXPLAIN FORMAT = TRADITIONAL ${sql}`,
        values,
      );
      const steps = plan.filter(({ table }) => table === 'orders');
      expect(steps.length).toBeGreaterThan(0);
      for (const { key, type } of steps) {
        expect(key).toBe('orders_of_user_by_status');
        expect(['ref', 'range']).toContain(type);
      }
    }
  });

  it('the limit of tombstones reads no more of them than it counts', async () => {
    expect(await orders.countTombstonesOfUser(userId, 1_000)).toBe(1_000);
    expect(await rowsRead(() => orders.countTombstonesOfUser(userId, 1_000))).toBeLessThan(5_000);
    expect(await orders.countTombstonesOfUser(randomUUID(), 1_000)).toBe(0);
  });

  it('every order is met once, newest first, whatever the pages', async () => {
    const [rows] = await bed.pool.query<(RowDataPacket & { id: Buffer; status: string })[]>(
      'SELECT id, status FROM orders WHERE user_id = ? AND status <> ? ORDER BY created_at DESC, id DESC',
      [uuidToBytes(userId), ABANDONED],
    );
    for (const status of [null, 'CANCELLED'] as const) {
      const met: string[] = [];
      for (let after = null; ;) {
        const page = await orders.pageOfUser(userId, { limit: 33, after, status });
        met.push(...page.map(({ id }) => id));
        if (page.length < 33) break;
        after = page.at(-1)! as never;
      }
      const wanted = rows.filter((one) => status === null || one.status === status);
      expect(met).toEqual(wanted.map(({ id }) => bytesToUuid(id)));
      expect(await orders.countOfUser(userId, status, MOST_COUNTED)).toBe(wanted.length);
    }
  });

  it('a total counts as many as it may, and no more', async () => {
    expect(await orders.countOfUser(userId, null, 100)).toBe(100);
  });
});

const list = (of: string, selection: string) =>
  bed.execute(
    `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { orders(first: 5) { ${selection} } } } }`,
    { refs: [{ __typename: 'User', id: of }] },
    { caller: buyer(of) },
  );

describe('while the lists of one account are slow', () => {
  it('they are ended, and neither purchases nor the lists of others wait for them', async () => {
    const [product, other] = [await bed.sell({ units: 100 }), new Buyer(bed)];
    const mine = await other.ordered(product);
    const locker = await bed.pool.getConnection();
    // Purchases have nothing to do with payments, and neither have lists that do not show them.
    await locker.query('LOCK TABLES payment WRITE');
    try {
      const slow = Array.from({ length: 30 }, () => list(userId, 'nodes { payment { status } }'));
      await waitUntil(
        'the lists to wait in MySQL',
        async () => {
          const [rows] = await locker.query<RowDataPacket[]>('SHOW FULL PROCESSLIST');
          return rows.filter(
            ({ Info, State }) => /FROM payment/.test(String(Info)) && /lock/.test(String(State)),
          ).length;
        },
        (waiting) => waiting === LIST_LIMITS.connectionsPerCaller,
      );

      for (let n = 0; n < 5; n++) {
        expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
        expect((await list(other.userId, 'totalCount nodes { id }')).data).toMatchObject({
          _entities: [{ orders: { totalCount: 1, nodes: [{ id: mine }] } }],
        });
      }
      const codes = new Set((await Promise.all(slow)).map(({ errors }) => errors?.[0]?.extensions?.code));
      expect([...codes].every((code) => code === 'TIMEOUT' || code === 'UNAVAILABLE')).toBe(true);
      expect(codes).toContain('TIMEOUT');
    } finally {
      await locker.query('UNLOCK TABLES');
      locker.release();
    }
    await waitUntil(
      'lists to be answered',
      async () => (await list(userId, 'nodes { payment { status } }')).errors === undefined,
    );
  });
});
