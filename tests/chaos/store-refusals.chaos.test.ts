import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { prepareEveryOperation, sendAll, type Seen } from '../harness/every-operation.ts';
import { useOwnMysql } from '../harness/own-mysql.ts';
import { useRedisPair } from '../harness/redis-pair.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const { mysql, stores: withMysql } = useOwnMysql(useStores());
const { redis, stores } = useRedisPair(withMysql);
const stack = useStack(stores, {
  environment: {
    ATTEMPT_LIMITS:
      'request-verification 1000/1000/1000, sign-up 1000/off/1000, sign-in 1000/1000/1000, change-password 1000/1000/off, open-session off/1000/off',
  },
});

const RECOVERY_MS = 10_000;

/** No fault of the code, and a time to try again wherever the answer is not final. */
function expectNoFaultOfTheCode(seen: readonly Seen[], statuses: readonly number[] = [200, 503]): void {
  for (const { name, status, codes, retryAfterMs } of seen) {
    expect({ name, isExpected: statuses.includes(status), status, codes }).toMatchObject({
      isExpected: true,
    });
    expect({ name, codes }).not.toMatchObject({ codes: expect.arrayContaining(['INTERNAL']) as unknown });
    if (codes.includes('UNAVAILABLE'))
      expect({ name, retryAfterMs }).toMatchObject({ retryAfterMs: expect.any(Number) as unknown });
  }
}

const refused = (seen: readonly Seen[]) => seen.filter(({ isUsual }) => !isUsual).map(({ name }) => name);

const statusesOfReadiness = () =>
  Promise.all(
    [...stack.user, ...stack.product, ...stack.order].map(
      async ({ url }) => (await fetch(`${url}/health/ready`)).status,
    ),
  );

const expectReady = () =>
  waitUntil(
    'every process to be ready',
    statusesOfReadiness,
    (statuses) => statuses.every((status) => status === 200),
    RECOVERY_MS,
  );

/** A fresh set of operations, prepared and sent, until each is answered as it usually is. */
const expectRecovered = () =>
  waitUntil(
    'every operation to be answered as usual',
    async () => {
      try {
        return refused(await sendAll(stack, await prepareEveryOperation(stack)));
      } catch (error) {
        return [(error as Error).message];
      }
    },
    (names) => names.length === 0,
    RECOVERY_MS,
  );

describe('nothing is answered with 500, and all is well soon after,', () => {
  it('when Redis is demoted, its connections stay open, and its name leads to the new primary', async () => {
    const operations = await prepareEveryOperation(stack);
    await redis.failOver();
    expectNoFaultOfTheCode(await sendAll(stack, operations));
    await expectRecovered();
    await expectReady();
  });

  it.each([
    ['maxmemory is reached', 'maxmemory', '1', '0'],
    ['replicas are missing', 'min-replicas-to-write', '5', '0'],
  ])('when Redis takes no writes since %s', async (_why, setting, value, usual) => {
    const operations = await prepareEveryOperation(stack);
    await redis.command('CONFIG', 'SET', setting, value);
    const seen = await sendAll(stack, operations);
    const readiness = await statusesOfReadiness();
    await redis.command('CONFIG', 'SET', setting, usual);
    expectNoFaultOfTheCode(seen);
    expect(refused(seen)).toContain('SignIn');
    expect(seen.find(({ name }) => name === 'Purchase')).toMatchObject({ typename: 'Busy' });
    expect(readiness).toEqual(readiness.map(() => 503));
    await expectRecovered();
    await expectReady();
  });

  it('when MySQL is turned read only and its connections stay open', async () => {
    const operations = await prepareEveryOperation(stack);
    await mysql.query('SET GLOBAL read_only = 1');
    const seen = await sendAll(stack, operations);
    const readiness = await statusesOfReadiness();
    await mysql.query('SET GLOBAL read_only = 0');
    expectNoFaultOfTheCode(seen);
    expect(refused(seen)).toEqual(expect.arrayContaining(['SignIn', 'createProduct', 'restock', 'Purchase']));
    expect(readiness).toEqual(readiness.map(() => 503));
    await expectRecovered();
    await expectReady();
  });

  it('when MySQL accepts no further connection', async () => {
    const operations = await prepareEveryOperation(stack);
    // Open beforehand: the administrator may find no connection either.
    const admin = await createConnection(mysql.url);
    const [[before]] = await admin.query<RowDataPacket[]>('SELECT @@max_connections AS many');
    await admin.query('SET GLOBAL max_connections = 10');
    // What is open goes on, so that the pools have to open connections again.
    const [open] = await admin.query<RowDataPacket[]>(
      'SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db IS NOT NULL',
    );
    for (const { id } of open) await admin.query(`KILL ${id}`).catch(() => undefined);
    const taken = [];
    for (let i = 0; i < 20; i++) taken.push(await takeConnection());
    const seen = await sendAll(stack, operations);
    for (const connection of taken) connection?.destroy();
    await admin.query('SET GLOBAL max_connections = ?', [before!['many']]);
    await admin.end();
    expectNoFaultOfTheCode(seen);
    expect(refused(seen).length).toBeGreaterThan(0);
    await expectRecovered();
    await expectReady();
  });

  it('when a transaction holds every row for longer than others wait for them', async () => {
    const operations = await prepareEveryOperation(stack);
    const holder = await createConnection(stores.mysqlUrl.replace(/\/\w+$/, ''));
    const base = new URL(stores.mysqlUrl).pathname.slice(1);
    await holder.query('START TRANSACTION');
    for (const table of ['user.account', 'user.session', 'product.product', 'order.stock', 'order.orders'])
      await holder.query(`SELECT * FROM ${base}_${table} FOR UPDATE`);
    const seen = await sendAll(stack, operations);
    await holder.query('ROLLBACK');
    await holder.end();
    expectNoFaultOfTheCode(seen, [200, 503, 504]);
    await expectRecovered();
    await expectReady();
  });
});

/** @returns null where there is none to be had */
async function takeConnection() {
  try {
    const url = new URL(mysql.server.urls.order);
    const connection = await createConnection(url.href);
    connection.on('error', () => undefined);
    return connection;
  } catch {
    return null;
  }
}
