import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callSigned, identityOf } from '../../../platform/identity/testing/signed-request.ts';
import { createLogger } from '../../../platform/logger.ts';
import { connectRedis } from '../../../platform/redis/client.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useOwnRedis } from '../../../tests/harness/own-redis.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { buyer, subgraphAt } from '../../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { rebuild } from './rebuild.ts';
import { createStockStore } from './stock-store.ts';

const { redis, stores } = useOwnRedis(useStores());
const bed = useOrderTestBed(stores, { orders: 2, environment: { RESERVATION_TIMEOUT: '1s' } });

/** What MySQL and Redis say of a product, once nothing is under way. */
async function settled(product: string) {
  const ledger = await bed.ledger(product);
  await waitUntil(
    'Redis to agree with MySQL',
    () => bed.stock(product),
    ({ total, sold, reserved }) => total === ledger.total && sold === ledger.sold && reserved === 0,
  );
  return ledger;
}

describe('after Redis has lost everything', () => {
  it('a key that was confirmed before is answered with the same order, though all is sold', async () => {
    const product = await bed.sell({ units: 2 });
    const [userId, key] = [randomUUID(), newKey()];
    const first = await bed.buy(product, { userId, key });
    await bed.buy(product);
    await bed.redis.flushall();

    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'SoldOut' });
    for (const at of [0, 1]) {
      expect(await bed.buyWithRetries(product, { userId, key, at })).toMatchObject({
        replayed: true,
        order: { id: first.order?.id },
      });
    }
    expect(await settled(product)).toMatchObject({ sold: 2, orders: 2 });
  });

  it('a key that was confirmed before takes no second unit', async () => {
    const product = await bed.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    const first = await bed.buy(product, { userId, key });
    await bed.redis.flushall();

    const again = await Promise.all([0, 1].map((at) => bed.buyWithRetries(product, { userId, key, at })));
    expect(again.map(({ order }) => order?.id)).toEqual([first.order?.id, first.order?.id]);
    expect(await settled(product)).toMatchObject({ sold: 1, orders: 1 });
    expect((await bed.stock(product)).remaining).toBe(4);
  });

  it('a key that was confirmed is not refused because the sale is over', async () => {
    const closesAt = new Date(Date.now() + 1_500);
    const product = await bed.sell({ units: 5, closesAt });
    const [userId, key] = [randomUUID(), newKey()];
    const first = await bed.buy(product, { userId, key });
    await bed.redis.flushall();
    await waitUntil(
      'the sale to be over',
      () => bed.buy(product),
      ({ __typename }) => __typename === 'SaleClosed',
    );
    expect(await bed.buyWithRetries(product, { userId, key })).toMatchObject({
      replayed: true,
      order: { id: first.order?.id },
    });
  });

  it('the limit of a buyer still counts what was bought before', async () => {
    const product = await bed.sell({ units: 10, purchaseLimit: 2 });
    const userId = randomUUID();
    await bed.buy(product, { userId, quantity: 2 });
    await bed.redis.flushall();
    expect(await bed.buyWithRetries(product, { userId })).toMatchObject({
      __typename: 'PurchaseLimitExceeded',
      alreadyHeld: 2,
    });
    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });

  it('an attempt that began before buys nothing, since a refusal under its key may have been lost', async () => {
    const product = await bed.sell({ units: 1 });
    await bed.buy(product);
    const [userId, key, sentAt] = [randomUUID(), newKey(), Date.now()];
    expect(await bed.buyWithRetries(product, { userId, key })).toMatchObject({ __typename: 'SoldOut' });
    await bed.redis.flushall();
    await bed.restock(product, 5);
    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    const late = await callSigned(
      subgraphAt('order', bed.orders[1]!.url),
      {
        query: 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }',
        variables: { input: { productId: product, quantity: 1, idempotencyKey: key } },
      },
      identityOf(buyer(userId), 10_000),
      sentAt,
    );
    expect(await late.text()).toMatch(/"Busy"/);
    expect(await bed.buyWithRetries(product, { userId, key, at: 1 })).toMatchObject({
      __typename: 'PurchaseConfirmed',
    });
  });

  it('stock is read from MySQL, never as zero', async () => {
    const product = await bed.sell({ units: 7 });
    await bed.buy(product);
    await bed.redis.flushall();
    expect(await bed.stock(product)).toMatchObject({ total: 7, sold: 1, remaining: 6, soldOut: false });
  });

  it('buyers of both processes share what is left, exactly', async () => {
    const product = await bed.sell({ units: 60 });
    const buyers = Array.from({ length: 200 }, (_, i) => ({
      userId: randomUUID(),
      key: newKey(),
      at: i % 2,
    }));
    const rush = Promise.all(buyers.map((buyer) => bed.buy(product, buyer)));
    await bed.redis.flushall();
    const answers = await rush;
    expect(countAnswers(answers)['SoldOut'] ?? 0).toBeLessThanOrEqual(140);

    const retried = await Promise.all(buyers.map((buyer) => bed.buyWithRetries(product, buyer)));
    expect(countAnswers(retried)).toEqual({ PurchaseConfirmed: 60, SoldOut: 140 });
    expect(await settled(product)).toMatchObject({ sold: 60, orders: 60 });
  });
});

describe('rebuilds', () => {
  it('that meet leave one open epoch, the one that MySQL is at', async () => {
    const product = await bed.sell({ units: 50 });
    for (let round = 0; round < 5; round++) {
      await bed.redis.flushall();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => bed.buyWithRetries(product, { at: i % 2 })),
      );
      expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 8 });
    }
    const { epoch } = await settled(product);
    expect(await bed.redis.get(bed.key(product, 'gate'))).toMatch(new RegExp(`^${epoch}:`));
  });

  it('whose process died after the new epoch was committed are done again', async () => {
    const product = await bed.sell({ units: 5 });
    await bed.pool.query('UPDATE stock SET epoch = epoch + 1 WHERE product_id = ?', [uuidToBytes(product)]);
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await settled(product)).toMatchObject({ sold: 1, orders: 1 });
  });

  it('do not open the gate of a server that has been emptied or replaced meanwhile', async () => {
    const product = await bed.sell({ units: 5 });
    await bed.buy(product);
    const gate = await bed.redis.get(bed.key(product, 'gate'));
    // An older copy of the data, under another server: as a replica that was promoted has it.
    await bed.redis.set(bed.key(product, 'gate'), gate!.replace(/:.*/, `:${'0'.repeat(40)}`));
    await bed.redis.hset(bed.key(product, `${Number.parseInt(gate!, 10)}:stock`), 'sold', 0);
    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await bed.redis.get(bed.key(product, 'gate'))).toBe(
      gate!.replace(/^\d+/, String(Number.parseInt(gate!, 10) + 1)),
    );
    expect(await settled(product)).toMatchObject({ sold: 2, orders: 2 });
  });
});

describe('a rebuild that has lost its lock', () => {
  it('does not open the gate, and the next one does', async () => {
    const product = await bed.sell({ units: 5 });
    await bed.buy(product);
    const gate = await bed.redis.get(bed.key(product, 'gate'));
    const logger = createLogger('test', 'silent');
    const client = await connectRedis({ url: redis.url, logger });
    const store = createStockStore(client, stores.redisPrefix, bed.writer, logger);

    const outcome = await rebuild(
      { ...store, pool: bed.pool, logger },
      product,
      { countHoldings: false },
      async () => {
        // It froze here for longer than its lock lives, and another process has begun.
        await bed.redis.set(bed.key(product, 'lock'), 'the token of another process', 'PX', 300);
        return false;
      },
    );
    expect(outcome).toBe('lost');
    expect(await bed.redis.get(bed.key(product, 'gate'))).toBe(gate);

    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await settled(product)).toMatchObject({ sold: 2, orders: 2 });
    store.redis.disconnect();
  });
});

describe('a rebuild that takes longer than its lock lives', () => {
  it('keeps the lock while it works, and opens the gate', async () => {
    const product = await bed.sell({ units: 5 });
    await bed.buy(product);
    const logger = createLogger('test', 'silent');
    const client = await connectRedis({ url: redis.url, logger });
    const store = createStockStore(client, stores.redisPrefix, bed.writer, logger);
    const inTheWay = await bed.pool.getConnection();
    try {
      await inTheWay.query('START TRANSACTION');
      await inTheWay.query('SELECT * FROM stock WHERE product_id = ? FOR UPDATE', [uuidToBytes(product)]);
      const begun = performance.now();
      const outcome = rebuild(
        { ...store, pool: bed.pool, logger, lockTtlMs: 1_000 },
        product,
        { countHoldings: true },
        () => Promise.resolve(false),
      );
      await waitUntil('the first lock to have ended', () => performance.now() - begun > 1_500);
      await inTheWay.query('ROLLBACK');
      expect(await outcome).toBe('ready');
    } finally {
      inTheWay.destroy();
      store.redis.disconnect();
    }
    expect(await settled(product)).toMatchObject({ epoch: 2, sold: 1 });
  });

  it('counts every holding of a product that very many hold', async () => {
    const product = await bed.sell({ units: 5, purchaseLimit: 2 });
    await bed.pool.query(
      `INSERT INTO holding (product_id, user_id, held)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
       SELECT ?, UNHEX(LEFT(SHA2(CONCAT(a.i, '-', b.i), 256), 32)), 1 FROM n a CROSS JOIN n b`,
      [uuidToBytes(product)],
    );
    await bed.redis.del(bed.key(product, 'gate'));
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    const { epoch } = await settled(product);
    expect(await bed.redis.hlen(bed.key(product, `${epoch}:holding`))).toBe(150 * 150 + 1);
  });
});

describe('when Redis is killed and comes back empty', () => {
  it('purchases are Busy or not wrong, and then confirmed', async () => {
    const product = await bed.sell({ units: 3 });
    await bed.buy(product);
    await redis.kill();
    const meanwhile = await bed.buy(product);
    expect(['Busy', 'OutcomeUnknown']).toContain(meanwhile.__typename);
    await redis.start();
    await waitUntil(
      'a purchase to be served',
      () => bed.buy(product),
      ({ __typename }) => __typename === 'PurchaseConfirmed',
    );
    const ledger = await settled(product);
    expect(ledger.sold).toBe(ledger.orders);
    expect(ledger.sold).toBeLessThanOrEqual(3);
  });
});
