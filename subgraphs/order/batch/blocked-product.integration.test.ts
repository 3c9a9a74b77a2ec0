import { randomUUID } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { lockStock } from '../testing/lock-stock.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useMysqlProxy } from '../../../tests/harness/store-proxy.ts';
import { useOrderTestBed, type PurchaseAnswer } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { newAttempt } from '../purchase/attempt.ts';

const direct = useStores();
const { proxy, stores } = useMysqlProxy(direct);
const bed = useOrderTestBed(stores, { environment: { RESERVATION_TIMEOUT: '2s', PURCHASE_TIMEOUT: '5s' } });

interface Someone {
  readonly userId: string;
  readonly key: string;
}
const someone = (): Someone => ({ userId: randomUUID(), key: newKey() });
const several = (count: number): Someone[] => Array.from({ length: count }, someone);
const buyAll = (product: string, buyers: readonly Someone[]): Promise<PurchaseAnswer[]> =>
  Promise.all(buyers.map((buyer) => bed.buy(product, buyer)));

const reservedUnits = async (product: string) => (await bed.stock(product)).reserved;

async function expectWholeStock(product: string, sold: number) {
  expect(await bed.ledger(product)).toMatchObject({ sold, orders: sold });
  await waitUntil(
    'Redis to agree with MySQL',
    () => bed.stock(product),
    (stock) => stock.sold === sold && stock.reserved === 0,
  );
}

describe('a stock row that another session has locked', () => {
  it('holds up its own product alone, and costs no buyer the place', async () => {
    const [blocked, other] = [await bed.sell({ units: 20 }), await bed.sell({ units: 100 })];
    await buyAll(other, several(1));
    const lock = await lockStock(direct.mysqlUrl, blocked);
    const lockedAt = Date.now();
    const buyers = several(20);
    const first = buyAll(blocked, buyers);
    expect(countAnswers(await buyAll(other, several(30)))).toEqual({ PurchaseConfirmed: 30 });
    expect(countAnswers(await first)).toEqual({ OutcomeUnknown: 20 });

    expect(countAnswers(await buyAll(other, several(10)))).toEqual({ PurchaseConfirmed: 10 });
    await waitUntil(
      'their reservations to be long due',
      () => Date.now(),
      (now) => now - lockedAt > 9_000,
    );
    expect(await reservedUnits(blocked)).toBe(20);
    expect(countAnswers(await buyAll(blocked, several(3)))).not.toHaveProperty('PurchaseConfirmed');
    await lock.release();

    await waitUntil(
      'all of them to be confirmed',
      () => buyAll(blocked, buyers),
      (answers) => countAnswers(answers)['PurchaseConfirmed'] === 20,
      10_000,
    );
    await expectWholeStock(blocked, 20);
    expect((await bed.ledger(blocked)).tombstones).toBe(0);
  });

  it('does not hold up the other products of a checkout', async () => {
    const [blocked, other] = [await bed.sell(), await bed.sell({ units: 200 })];
    await buyAll(other, several(1));
    const [shopper, key] = [new Buyer(bed), newKey()];
    await shopper.add(blocked);
    await shopper.add(other);
    const lock = await lockStock(direct.mysqlUrl, blocked);
    const checkout = shopper.checkout(key);
    await waitUntil(
      'the checkout to be admitted',
      () => reservedUnits(blocked),
      (reserved) => reserved === 1,
    );
    for (let i = 0; i < 5; i++)
      expect(countAnswers(await buyAll(other, several(10)))).toEqual({ PurchaseConfirmed: 10 });
    await lock.release();
    await checkout;
    await waitUntil(
      'it to be confirmed',
      () => shopper.checkout(key),
      ({ __typename }) => __typename === 'PurchaseConfirmed',
      10_000,
    );
    await expectWholeStock(blocked, 1);
    await expectWholeStock(other, 52);
  });

  it('takes no connection from a product that is free, however many rows are locked', async () => {
    const blocked = await Promise.all(Array.from({ length: 40 }, () => bed.sell()));
    const freed = await bed.sell();
    const [others, lock] = [
      await lockStock(direct.mysqlUrl, ...blocked),
      await lockStock(direct.mysqlUrl, freed),
    ];
    const waiting = [...blocked, freed].map((product) => ({ product, buyer: someone() }));
    const buy = ({ product, buyer }: (typeof waiting)[number]) => bed.buy(product, buyer);
    expect(countAnswers(await Promise.all(waiting.map(buy)))).toEqual({ OutcomeUnknown: 41 });
    await lock.release();
    await waitUntil(
      'the product that is free to be sold, while forty are locked',
      () => bed.ledger(freed),
      ({ sold }) => sold === 1,
      2_000,
    );
    expect(await bed.buy(freed)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    await others.release();
    await waitUntil(
      'all others to be confirmed',
      () => Promise.all(waiting.map(buy)),
      (answers) => countAnswers(answers)['PurchaseConfirmed'] === 41,
      10_000,
    );
    await expectWholeStock(freed, 2);
  });

  it('does not keep a buyer from abandoning, nor a process from ending', async () => {
    const product = await bed.sell();
    const { services } = await bed.services({ environment: { RESERVATION_TIMEOUT: 60_000 } });
    const [abandoning, staying] = [someone(), someone()];
    const lock = await lockStock(direct.mysqlUrl, product);
    const buy = ({ userId, key }: Someone) =>
      services.purchases.buy(newAttempt(userId, key, [{ productId: product, quantity: 1 }], 20_000));
    const purchases = [abandoning, staying].map(buy);
    await waitUntil(
      'both to be admitted',
      () => reservedUnits(product),
      (reserved) => reserved === 2,
    );
    const { orderId } = newAttempt(abandoning.userId, abandoning.key, [], 0);
    await services.tombstones.settle({ orderId, userId: abandoning.userId });
    expect((await purchases[0])!.__typename).toBe('PurchaseAbandoned');
    await services.batch.drain();
    expect((await purchases[1])!.__typename).toBe('OutcomeUnknown');
    await lock.release();
    expect(await bed.buy(product, staying)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    await expectWholeStock(product, 1);
  });
});

describe('a purchase of which nothing was written for certain', () => {
  const killWriter = async () => {
    const [sessions] = await bed.pool.query<(RowDataPacket & { id: number })[]>(
      "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'UPDATE%stock SET%'",
    );
    // One that has ended meanwhile is not there to be killed.
    const killed = await Promise.allSettled(
      sessions.map(({ id }) => bed.pool.query('KILL CONNECTION ?', [id])),
    );
    return killed.some(({ status }) => status === 'fulfilled');
  };

  it('is written in the end, however often its session is killed', async () => {
    const product = await bed.sell();
    const lock = await lockStock(direct.mysqlUrl, product);
    const buyers = several(3);
    const first = buyAll(product, buyers);
    for (let i = 0; i < 5; i++) await waitUntil('a session to be killed', killWriter);
    await lock.release();
    expect(countAnswers(await first)).toEqual({ PurchaseConfirmed: 3 });
    await expectWholeStock(product, 3);
  });

  it('is written in the end, however often its connection is cut before COMMIT', async () => {
    const product = await bed.sell();
    await bed.buy(product);
    proxy.nextWith('UPDATE stock SET sold', 'cut');
    for (let i = 0; i < 4; i++) proxy.thenNextWith('UPDATE stock SET sold', 'cut');
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    await expectWholeStock(product, 2);
  });
});
