import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { prepareSession } from '../../../platform/mysql/connection-options.ts';
import { StoreCondition } from '../../../platform/store-condition.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useMysqlProxy } from '../../../tests/harness/store-proxy.ts';
import { useOrderTestBed, type PurchaseAnswer } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { newAttempt } from '../purchase/attempt.ts';
import { WriterConnection } from './writer-connection.ts';

const direct = useStores();
const { proxy, stores } = useMysqlProxy(direct);
const bed = useOrderTestBed(stores, { environment: { PURCHASE_TIMEOUT: '25s', RESERVATION_TIMEOUT: '60s' } });

const orderUrl = () => {
  const url = new URL(direct.mysqlUrl);
  url.pathname += '_order';
  return url.href;
};

const attempt = (product: string) =>
  newAttempt(randomUUID(), newKey(), [{ productId: product, quantity: 1 }], 20_000);

async function buyInTurn(product: string, times: number): Promise<PurchaseAnswer[]> {
  const answers = [];
  for (let i = 0; i < times; i++) answers.push(await bed.buy(product, { timeoutMs: 1_500 }));
  return answers;
}

/** Makes the server answer each insert into a table with this error, until the trigger `refuse` is dropped. */
const refuse = (table: string, errno: number) =>
  bed.pool.query(
    `CREATE TRIGGER refuse BEFORE INSERT ON ${table} FOR EACH ROW
     SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'refused'`,
  );

/** Those who were admitted before it was noticed may have taken a unit each; that is the reaper's. */
async function expectForSaleAgain(product: string) {
  await waitUntil(
    'it to be sold again',
    () => bed.buy(product),
    ({ __typename }) => __typename === 'PurchaseConfirmed',
  );
}

describe('while MySQL', () => {
  it('is down no purchase is refused as sold out; once it is back, it is for sale', async () => {
    const product = await bed.sell({ units: 10 });
    await bed.buy(product);
    const { port } = new URL(stores.mysqlUrl);
    await proxy.stop();
    const answers = countAnswers(await buyInTurn(product, 20));
    await proxy.start(Number(port));
    expect(answers['SoldOut']).toBeUndefined();
    expect(answers['Busy']).toBeGreaterThanOrEqual(15);
    await expectForSaleAgain(product);
  });

  it.each([1290, 1114])(
    'takes no writes (%i) no purchase is admitted; once it does, it is for sale, first to those who were admitted',
    async (errno) => {
      const product = await bed.sell({ units: 10 });
      await bed.buy(product);
      await refuse('holding', errno);
      const admitted = { userId: randomUUID(), key: newKey() };
      const first = bed.buy(product, { ...admitted, timeoutMs: 1_500 });
      await waitUntil(
        'the refusal to be known',
        () => bed.buy(product, { timeoutMs: 1_500 }),
        ({ __typename }) => __typename === 'Busy',
      );
      const answers = countAnswers(await buyInTurn(product, 19));
      expect(await first).toMatchObject({ __typename: 'OutcomeUnknown' });
      expect(answers).toEqual({ Busy: 19 });
      await bed.pool.query('DROP TRIGGER refuse');
      await waitUntil(
        'the first to have bought',
        () => bed.buy(product, admitted),
        ({ __typename }) => __typename === 'PurchaseConfirmed',
        10_000,
      );
      await expectForSaleAgain(product);
      expect((await bed.ledger(product)).tombstones).toBe(0);
    },
  );
});

describe('a purchase that the server refuses for a reason that is not known', () => {
  const someone = () => ({ userId: randomUUID(), key: newKey(), timeoutMs: 1_500 });
  const untilBought = (product: string, buyer: ReturnType<typeof someone>) =>
    waitUntil(
      'it to be bought by the same key',
      () => bed.buy(product, buyer),
      ({ __typename }) => __typename === 'PurchaseConfirmed',
      10_000,
    );

  it('keeps its place, and no more are admitted while all are refused', async () => {
    const product = await bed.sell({ units: 100 });
    await bed.buy(product);
    await refuse('order_item', 1644);
    const buyers = Array.from({ length: 8 }, someone);
    const answers = await Promise.all(buyers.map((buyer) => bed.buy(product, buyer)));
    expect(countAnswers(answers)).toEqual({ OutcomeUnknown: 8 });
    await waitUntil(
      'admission to stop',
      () => bed.buy(product, { timeoutMs: 500 }),
      ({ __typename }) => __typename === 'Busy',
    );
    expect((await fetch(`${bed.orders[0]!.url}/health/ready`)).status).toBe(503);
    await bed.pool.query('DROP TRIGGER refuse');
    await Promise.all(buyers.map((buyer) => untilBought(product, buyer)));
    expect((await bed.ledger(product)).tombstones).toBe(0);
  });

  it('holds up its own product alone', async () => {
    const [refused, other] = [await bed.sell(), await bed.sell({ units: 100 })];
    await Promise.all([bed.buy(refused), bed.buy(other)]);
    await bed.pool.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON order_item FOR EACH ROW BEGIN
         IF NEW.product_id = x'${uuidToBytes(refused).toString('hex')}' THEN
           SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1644, MESSAGE_TEXT = 'refused';
         END IF;
       END`,
    );
    const buyer = someone();
    const first = bed.buy(refused, buyer);
    // The refused one may stop admission once or twice before it waits apart.
    await waitUntil(
      'the other to be sold ten times in a row',
      () => Promise.all(Array.from({ length: 10 }, () => bed.buy(other))),
      (answers) => countAnswers(answers)['PurchaseConfirmed'] === 10,
    );
    expect(await first).toMatchObject({ __typename: 'OutcomeUnknown' });
    expect(countAnswers(await buyInTurn(other, 10))).toEqual({ PurchaseConfirmed: 10 });
    await bed.pool.query('DROP TRIGGER refuse');
    await untilBought(refused, buyer);
  });
});

describe('a session that is frozen in a transaction', () => {
  it('delays no other purchase beyond its timeout: the server ends it before', async () => {
    const product = await bed.sell({ units: 10 });
    const frozen = await createConnection(orderUrl());
    frozen.on('error', () => undefined);
    prepareSession((frozen as unknown as { connection: Parameters<typeof prepareSession>[0] }).connection);
    await frozen.query('START TRANSACTION');
    await frozen.query('SELECT * FROM stock WHERE product_id = ? FOR UPDATE', [uuidToBytes(product)]);
    const answers = await Promise.all(Array.from({ length: 5 }, () => bed.buy(product)));
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 5 });
  });

  it('of ours is ended by its name, so that its locks are free at once', async () => {
    const product = await bed.sell();
    const writer = new WriterConnection(
      stores.mysqlUrl,
      new StoreCondition('MySQL', createLogger('test', 'silent')),
    );
    const session = await writer.get();
    await session.query('SELECT * FROM stock WHERE product_id = ? FOR UPDATE', [uuidToBytes(product)]);
    proxy.nextWith('SELECT 4711', 'silence');
    void session.query('SELECT 4711').catch(() => undefined);
    await waitUntil('it to be silent', () => !proxy.isWaiting);
    await writer.endLatest(bed.pool);
    await bed.pool.query('SELECT * FROM stock WHERE product_id = ? FOR UPDATE NOWAIT', [
      uuidToBytes(product),
    ]);
    // There is nothing of that name any more, and no other session is taken for it.
    await writer.endLatest(bed.pool);
    await writer.close();
  });
});

describe('a server that goes silent without closing its connections', () => {
  it('is noticed: what waited for it comes to an end, and it is sold again', async () => {
    const [product, other] = [await bed.sell(), await bed.sell()];
    const { services } = await bed.services();
    await Promise.all([bed.buy(product), services.purchases.buy(attempt(other))]);
    const ends: Promise<unknown>[] = [];
    const begin = async (text: string, query: () => Promise<unknown>) => {
      proxy.nextWith(text, 'silence');
      ends.push(query().catch(() => undefined));
      await waitUntil(`${text} to be swallowed`, () => !proxy.isWaiting);
    };
    await begin('COMMIT', () => bed.buy(product));
    await begin('INSERT INTO order_item', () => services.purchases.buy(attempt(other)));
    await begin('SELECT id, user_id', () => services.lookup.find(randomUUID()));
    await Promise.all(ends);
    await expectForSaleAgain(product);
    expect(await services.lookup.find(randomUUID())).toBeNull();
    await services.batch.drain();
    expect(await services.purchases.buy(attempt(other))).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });
});

describe('the time to pay', () => {
  it.each(['atomic', 'row'] as const)(
    'is MySQL’s, and what is said is what stands: strategy `%s`',
    async (strategy) => {
      const product = await bed.sell();
      const { services } = await bed.services({ environment: { STOCK_STRATEGY: strategy } });
      const now = Date.now();
      // The clock of the process that writes the order is behind.
      vi.useFakeTimers({ toFake: ['Date'], now: now - 20 * 60_000 });
      const outcome = await services.purchases.buy(attempt(product)).finally(() => vi.useRealTimers());
      if (outcome.__typename !== 'PurchaseConfirmed') throw new Error(outcome.__typename);
      const { id, dueAt, createdAt } = outcome.order;
      expect((await services.orders.findRecords([id])).get(id)).toMatchObject({
        order: { dueAt, createdAt },
      });
      expect(dueAt!.getTime()).toBeGreaterThan(now + services.paymentTimeoutMs - 10_000);
    },
  );
});
