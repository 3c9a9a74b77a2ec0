import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { connectRedis } from '../../../platform/redis/client.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { insertMovement, type StockMovement } from './stock-movements.ts';
import { lockStockRow } from './stock-repository.ts';
import { createStock } from './create-stock.ts';
import type { StockService } from './stock-service.ts';

const stores = useStores();
const bed = useOrderTestBed(stores);
const logger = createLogger('test', 'silent');
let stock: StockService;

beforeAll(async () => {
  ({ stock } = createStock({
    redis: await connectRedis({ url: stores.redisUrl, logger }),
    pool: bed.pool,
    writer: bed.writer,
    prefix: stores.redisPrefix,
    isInRedis: true,
    reservationTtlMs: 10_000,
    memoryMs: 60_000,
    attemptLifetimeMs: 10_000,
    logger,
  }));
});

/** A unit is returned in MySQL; the test decides whether it is applied in Redis, for the relay finds it applied. */
async function returnUnits(product: string, userId: string): Promise<StockMovement> {
  return inTransaction(bed.pool, async (connection) => {
    await connection.query('UPDATE stock SET sold = sold - 1 WHERE product_id = ?', [uuidToBytes(product)]);
    const { epoch } = (await lockStockRow(connection, product))!;
    await connection.query('UPDATE holding SET held = held - 1 WHERE product_id = ? AND user_id = ?', [
      uuidToBytes(product),
      uuidToBytes(userId),
    ]);
    const movement: StockMovement = {
      id: randomUUID(),
      productId: product,
      kind: 'GIVE_BACK',
      quantity: 1,
      orderId: null,
      userId,
      epoch,
    };
    await insertMovement(connection, movement);
    await connection.query('UPDATE stock_movement SET applied_at = created_at WHERE id = ?', [
      uuidToBytes(movement.id),
    ]);
    return movement;
  });
}

async function dropGate(product: string): Promise<void> {
  await bed.redis.del(bed.key(product, 'gate'));
}

describe('a give-back', () => {
  it('written before a rebuild and applied after it counts once', async () => {
    const product = await bed.sell({ units: 5 });
    const userId = randomUUID();
    await bed.buy(product, { userId });
    const movement = await returnUnits(product, userId);
    await dropGate(product);
    await bed.buy(product);
    expect(await stock.applyMovement(movement)).toBe(true);
    expect(await bed.redis.keys(bed.key(product, `${movement.epoch}:*`).replace(/[{}]/g, '?'))).toEqual([]);
    await waitUntil(
      'Redis to agree',
      () => bed.stock(product),
      ({ reserved }) => reserved === 0,
    );
    expect(await bed.stock(product)).toMatchObject({ sold: 1, remaining: 4 });
    expect(await bed.ledger(product)).toMatchObject({ sold: 1 });
  });

  it('applied twice counts once', async () => {
    const product = await bed.sell({ units: 5 });
    const userId = randomUUID();
    await bed.buy(product, { userId });
    await waitUntil(
      'the order to be confirmed',
      () => bed.stock(product),
      ({ sold }) => sold === 1,
    );
    const movement = await returnUnits(product, userId);
    expect(await stock.applyMovement(movement)).toBe(true);
    expect(await stock.applyMovement(movement)).toBe(true);
    expect(await bed.stock(product)).toMatchObject({ sold: 0, remaining: 5 });
  });

  it('waits while the gate is shut or at an earlier epoch', async () => {
    const product = await bed.sell({ units: 5 });
    const userId = randomUUID();
    await bed.buy(product, { userId });
    const movement = await returnUnits(product, userId);
    expect(await stock.applyMovement({ ...movement, epoch: movement.epoch + 1 })).toBe(false);
    await dropGate(product);
    expect(await stock.applyMovement(movement)).toBe(false);
  });

  it('lets the buyer buy again who was at the limit', async () => {
    const product = await bed.sell({ units: 5, purchaseLimit: 1 });
    const userId = randomUUID();
    await bed.buy(product, { userId });
    expect(await bed.buy(product, { userId })).toMatchObject({ __typename: 'PurchaseLimitExceeded' });
    expect(await stock.applyMovement(await returnUnits(product, userId))).toBe(true);
    expect(await bed.buy(product, { userId })).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });
});

describe('a restock', () => {
  it('under the same key changes nothing the second time', async () => {
    const product = await bed.sell({ units: 5 });
    const idempotencyKey = newKey();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => bed.restock(product, 3, { idempotencyKey })),
    );
    for (const answer of answers)
      expect(answer).toMatchObject({ __typename: 'Restocked', stock: { total: 8 } });
    expect(await bed.restock(product, 4, { idempotencyKey })).toMatchObject({ __typename: 'InvalidInput' });
  });

  it('brings back a product that was sold out', async () => {
    const product = await bed.sell({ units: 1 });
    await bed.buy(product);
    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'SoldOut' });
    await bed.restock(product, 1);
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });

  it('is refused when the total is another one by now, or the units are sold', async () => {
    const product = await bed.sell({ units: 3 });
    await bed.buy(product, { quantity: 2 });
    expect(await bed.restock(product, 1, { expectedTotal: 2 })).toMatchObject({
      __typename: 'StaleStock',
      stock: { total: 3 },
    });
    expect(await bed.restock(product, -2)).toMatchObject({ __typename: 'StockInUse' });
    expect(await bed.restock(product, -1, { expectedTotal: 3 })).toMatchObject({
      __typename: 'Restocked',
      stock: { total: 2, soldOut: true },
    });
  });

  it('that reached MySQL only is carried to Redis afterwards', async () => {
    const product = await bed.sell({ units: 3 });
    await bed.buy(product);
    await inTransaction(bed.pool, async (connection) => {
      const { epoch } = (await lockStockRow(connection, product))!;
      await connection.query('UPDATE stock SET total = total + 4 WHERE product_id = ?', [
        uuidToBytes(product),
      ]);
      await insertMovement(connection, {
        id: randomUUID(),
        productId: product,
        kind: 'RESTOCK',
        quantity: 4,
        orderId: null,
        userId: null,
        epoch,
      });
    });
    await waitUntil(
      'Redis to apply it',
      () => bed.stock(product),
      ({ total }) => total === 7,
    );
  });
});
