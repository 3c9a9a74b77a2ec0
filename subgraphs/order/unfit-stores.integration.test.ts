import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { useOrderTestBed } from './testing/order-test-bed.ts';
import { useOwnMysql } from '../../tests/harness/own-mysql.ts';
import { useOwnRedis } from '../../tests/harness/own-redis.ts';
import { mysqlDatabasePattern, REDIS_PREFIX_PATTERN, useStores } from '../../tests/harness/stores.ts';
import { RIGHTS } from '../../scripts/stores/accounts/redis-users.ts';
import { newKey } from '../../tests/harness/shop.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';

/** How soon it has to be sold again once the store is right, in milliseconds. */
const RECOVERY_MS = 10_000;

const { redis, stores: withRedis } = useOwnRedis(useStores());
const { mysql, stores } = useOwnMysql(withRedis);
const bed = useOrderTestBed(stores);

let product: string;
beforeEach(async () => {
  product = await bed.sell({ units: 10_000 });
  expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
});

interface Report {
  readonly ready: boolean;
  readonly reasons?: Readonly<Record<string, string>>;
}

async function readiness(url = bed.orders[0]!.url): Promise<Report & { readonly status: number }> {
  const response = await fetch(`${url}/health/ready`);
  return { status: response.status, ...((await response.json()) as Report) };
}

/** A check that was under way before the store was spoilt may be the first that answers. */
const expectNotReady = (reason: string) =>
  waitUntil(
    `it not to be ready: ${reason}`,
    () => readiness(),
    (report) => Boolean(report.status === 503 && report.reasons?.['redis']?.includes(reason)),
  );

/** @returns the type of the answer */
const buy = async () => (await bed.buy(product)).__typename;

async function expectNothingIsSold(): Promise<void> {
  const before = await bed.ledger(product);
  const answers = await Promise.all(Array.from({ length: 10 }, buy));
  expect(new Set(answers)).toEqual(new Set(['Busy']));
  expect(await bed.ledger(product)).toEqual(before);
}

async function expectRecovery(): Promise<void> {
  await waitUntil('it to be sold again', buy, (answer) => answer === 'PurchaseConfirmed', RECOVERY_MS);
  for (const { url } of [bed.product, ...bed.orders])
    await waitUntil(
      'readiness',
      () => readiness(url),
      ({ ready }) => ready,
      RECOVERY_MS,
    );
}

describe('MySQL that would lose or refuse what is confirmed', () => {
  const FLUSH = 'innodb_flush_log_at_trx_commit must be 1';

  describe.each([
    ['innodb_flush_log_at_trx_commit', '0', '1', FLUSH],
    ['read_only', 'ON', 'OFF', 'read_only must be off'],
  ])('%s = %s, set while the processes run', (variable, spoilt, right, need) => {
    const sentence = `The MySQL server would lose or refuse confirmed orders: ${need}.`;
    afterEach(() => mysql.query(`SET GLOBAL ${variable} = ${right}`));

    it('the readiness of each process says why it is not ready, and nothing is sold', async () => {
      await mysql.query(`SET GLOBAL ${variable} = ${spoilt}`);
      for (const { url } of [bed.product, ...bed.orders])
        expect(await readiness(url)).toMatchObject({ status: 503, reasons: { mysql: sentence } });
      await expectNothingIsSold();
      await mysql.query(`SET GLOBAL ${variable} = ${right}`);
      await expectRecovery();
    });

    it('it is noticed without a readiness check', async () => {
      await mysql.query(`SET GLOBAL ${variable} = ${spoilt}`);
      await waitUntil('admission to stop', buy, (answer) => answer === 'Busy', RECOVERY_MS);
      await expectNothingIsSold();
      await mysql.query(`SET GLOBAL ${variable} = ${right}`);
      await expectRecovery();
    });
  });

  it('after a restart nothing is confirmed until it is right again', async () => {
    await mysql.kill();
    await mysql.start('--innodb-flush-log-at-trx-commit=0');
    const answers = new Set<string>();
    await waitUntil('admission to stop', async () => {
      answers.add(await buy());
      return (await readiness()).reasons?.['mysql'];
    });
    await expectNothingIsSold();
    expect(answers).not.toContain('PurchaseConfirmed');
    await mysql.kill();
    await mysql.start();
    await expectRecovery();
  });
});

/** Every session of the processes: the next ones begin with what is granted now. */
async function endSessions(): Promise<void> {
  const sessions = await mysql.query(
    "SELECT id FROM information_schema.processlist WHERE user LIKE 'firstcome\\_%'",
  );
  for (const session of sessions) await mysql.query(`KILL ${Number(session['id'])}`).catch(() => undefined);
}

describe.each(['SELECT', 'INSERT', 'UPDATE'])('a MySQL account that lost the right to %s', (right) => {
  const ofAccount = (verb: 'REVOKE' | 'GRANT', service: 'product' | 'order') => {
    const { username } = new URL(mysql.urls![service]);
    const direction = verb === 'GRANT' ? 'TO' : 'FROM';
    return mysql.query(
      `${verb} ${right} ON \`${mysqlDatabasePattern(service)}\`.* ${direction} '${username}'@'127.0.0.1'`,
    );
  };
  const both = async (verb: 'REVOKE' | 'GRANT') => {
    await ofAccount(verb, 'product');
    await ofAccount(verb, 'order');
  };
  afterEach(() => both('GRANT'));

  it('admits nothing, says so, and buys by the same keys, in their place, once it has it again', async () => {
    await both('REVOKE');
    const admitted = Array.from({ length: 3 }, () => ({ userId: randomUUID(), key: newKey() }));
    await endSessions();
    const first = admitted.map((buyer) => bed.buy(product, { ...buyer, timeoutMs: 1_500 }));
    await waitUntil('admission to stop', buy, (answer) => answer === 'Busy', RECOVERY_MS);
    expect(['Busy', 'OutcomeUnknown']).toEqual(
      expect.arrayContaining((await Promise.all(first)).map(({ __typename }) => __typename)),
    );
    await expectNothingIsSold();
    for (const { url } of [bed.product, ...bed.orders]) expect((await readiness(url)).status).toBe(503);
    await both('GRANT');
    for (const buyer of admitted)
      await waitUntil(
        'it to be bought by the same key',
        () => bed.buy(product, buyer),
        ({ __typename }) => __typename === 'PurchaseConfirmed',
        RECOVERY_MS,
      );
    await expectRecovery();
    expect((await bed.ledger(product)).tombstones).toBe(0);
  });
});

describe.each([
  ['FLUSH TABLES WITH READ LOCK', () => 'FLUSH TABLES WITH READ LOCK'],
  ['LOCK TABLES', () => `LOCK TABLES ${new URL(stores.mysqlUrl).pathname.slice(1)}_order.stock WRITE`],
])('a MySQL server whose tables are locked: %s', (_, lock) => {
  it('admits nothing until they are free', async () => {
    const session = await createConnection(mysql.url);
    await session.query(lock());
    await waitUntil('admission to stop', buy, (answer) => answer === 'Busy', RECOVERY_MS);
    expect((await readiness(bed.orders[0]!.url)).status).toBe(503);
    session.destroy();
    await expectRecovery();
    expect((await bed.ledger(product)).tombstones).toBe(0);
  });
});

it('a MySQL server whose transactions only read unless they say otherwise is written to', async () => {
  // MariaDB 10 and MySQL 8 have different names for it.
  const found = await mysql.query(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('tx_read_only', 'transaction_read_only')",
  );
  const variable = String(found[0]!['Variable_name']);
  await mysql.query(`SET GLOBAL ${variable} = 1`);
  await endSessions();
  await waitUntil('it to be sold', buy, (answer) => answer === 'PurchaseConfirmed', RECOVERY_MS);
  await mysql.query(`SET GLOBAL ${variable} = 0`);
});

describe('Redis', () => {
  async function admin(...command: [string, ...string[]]): Promise<void> {
    const client = new Redis(redis.url);
    await client.call(...command);
    client.disconnect();
  }
  it.each(['-info', '-eval', '-zadd', '-hset', '-publish'])(
    'with an account that lost a right (%s): nothing is sold until it has it, with a readiness check or without',
    async (right) => {
      await admin('ACL', 'SETUSER', 'order', right);
      onTestFinished(() => admin('ACL', 'SETUSER', 'order', right.replace('-', '+')));
      await waitUntil('admission to stop', buy, (answer) => answer === 'Busy', RECOVERY_MS);
      await expectNothingIsSold();
      await expectNotReady(right.slice(1).toUpperCase());
      await expectNothingIsSold();
      await admin('ACL', 'SETUSER', 'order', right.replace('-', '+'));
      await expectRecovery();
    },
  );

  it('with an account that may only run scripts: it is not ready, and names every right that the order service is granted', async () => {
    const granted = RIGHTS.order.commands;
    await admin('ACL', 'SETUSER', 'order', ...granted.map((command) => `-${command}`));
    onTestFinished(() => admin('ACL', 'SETUSER', 'order', ...granted.map((command) => `+${command}`)));
    await waitUntil('admission to stop', buy, (answer) => answer === 'Busy', RECOVERY_MS);
    for (const command of granted) await expectNotReady(command.toUpperCase());
    await admin('ACL', 'SETUSER', 'order', ...granted.map((command) => `+${command}`));
    await expectRecovery();
  });

  it('with an account that lost the keys of stock: it is not ready, and says which', async () => {
    const keysOf = (kind: string) => `~${REDIS_PREFIX_PATTERN}${kind}:*`;
    await admin('ACL', 'SETUSER', 'order', 'resetkeys', keysOf('job'));
    onTestFinished(() => admin('ACL', 'SETUSER', 'order', keysOf('stock')));
    await expectNotReady(
      `The Redis account may not write keys such as ${stores.redisPrefix}stock:write-check.`,
    );
    await expectNothingIsSold();
    await admin('ACL', 'SETUSER', 'order', keysOf('stock'));
    await expectRecovery();
  });

  it('that evicts keys: nothing is sold until it keeps them', async () => {
    await admin('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await waitUntil('admission to stop', buy, (answer) => answer === 'Busy', RECOVERY_MS);
    await expectNothingIsSold();
    await expectNotReady(
      'The Redis server evicts keys: maxmemory-policy must be noeviction, it is allkeys-lru.',
    );
    await admin('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await expectRecovery();
  });
});
