import { randomUUID } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { readOrderConfig } from '../config.ts';
import { deriveOrderId } from './order-id.ts';
import { newAttempt } from '../purchase/attempt.ts';

const bed = useOrderTestBed(useStores());
const WEEK_MS = 7 * 86_400_000;

async function abandoned() {
  const { services } = await bed.services();
  const [userId, key] = [randomUUID(), newKey()];
  const orderId = deriveOrderId(userId, key);
  expect(await services.tombstones.settle({ orderId, userId })).toEqual({ kind: 'tombstone' });
  return { services, userId, key, orderId };
}

async function row(orderId: string): Promise<{ status: string; leftMs: number | null } | undefined> {
  const [[found]] = await bed.pool.query<(RowDataPacket & { status: string; leftUs: string | null })[]>(
    'SELECT status, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), due_at) AS leftUs FROM orders WHERE id = ?',
    [uuidToBytes(orderId)],
  );
  return (
    found && { status: found.status, leftMs: found.leftUs === null ? null : Number(found.leftUs) / 1_000 }
  );
}

const makeDue = (orderId: string) =>
  bed.pool.query('UPDATE orders SET due_at = UTC_TIMESTAMP(3) WHERE id = ?', [uuidToBytes(orderId)]);

it('a tombstone is kept for its retention time, and then forgotten', async () => {
  const { services, userId, key, orderId } = await abandoned();
  await services.expiredTombstones.run();
  expect((await row(orderId))!.leftMs).toBeGreaterThan(WEEK_MS - 120_000);

  await makeDue(orderId);
  await services.expiredTombstones.run();
  expect(await row(orderId)).toBeUndefined();
  expect(await bed.buy(await bed.sell(), { userId, key })).toMatchObject({
    __typename: 'PurchaseConfirmed',
  });
});

it('a key that Redis knows as used up stays used up when its tombstone is forgotten', async () => {
  const { services, userId, key, orderId } = await abandoned();
  const product = await bed.sell();
  const buy = () => bed.buy(product, { userId, key });
  expect(await buy()).toMatchObject({ __typename: 'PurchaseAbandoned' });
  await waitUntil(
    'the reservation to be released',
    () => bed.stock(product),
    ({ reserved }) => reserved === 0,
  );
  await makeDue(orderId);
  await services.expiredTombstones.run();
  expect(await buy()).toMatchObject({ __typename: 'PurchaseAbandoned' });
  expect(await row(orderId)).toMatchObject({ status: 'ABANDONED' });
});

it('a tombstone that is settled again is kept for the whole time again', async () => {
  const { services, userId, orderId } = await abandoned();
  await makeDue(orderId);
  await services.tombstones.settle({ orderId, userId });
  expect((await row(orderId))!.leftMs).toBeGreaterThan(WEEK_MS - 120_000);
});

it('an order that stands in the place of a tombstone keeps its own deadline', async () => {
  const { services } = await bed.services();
  const [userId, key] = [randomUUID(), newKey()];
  const { order } = await bed.buy(await bed.sell(), { userId, key });
  await services.tombstones.settle({ orderId: order!.id, userId });
  expect((await row(order!.id))!.leftMs).toBeLessThan(WEEK_MS / 2);
});

it('a tombstone of an older release, which has no end, is given one', async () => {
  const { services, orderId } = await abandoned();
  await bed.pool.query('UPDATE orders SET due_at = NULL WHERE id = ?', [uuidToBytes(orderId)]);
  await services.expiredTombstones.run();
  expect((await row(orderId))!.leftMs).toBeGreaterThan(WEEK_MS - 120_000);
});

it('many processes forget at once, each tombstone once, and no order', async () => {
  const { order } = await bed.buy(await bed.sell());
  await makeDue(order!.id);
  const user = uuidToBytes(randomUUID());
  const tombstones = Array.from({ length: 2_500 }, () => [
    uuidToBytes(randomUUID()),
    user,
    new Date(0),
    new Date(),
  ]);
  await bed.pool.query(
    `INSERT INTO orders (id, user_id, due_at, created_at, status, request_hash, total_amount, currency)
     SELECT id, user_id, due_at, created_at, 'ABANDONED', id, 0, 'XXX' FROM (${tombstones.map(() => 'SELECT ? AS id, ? AS user_id, ? AS due_at, ? AS created_at').join(' UNION ALL ')}) AS expired`,
    tombstones.flat(),
  );
  const sweepers = await Promise.all(
    Array.from({ length: 5 }, async () => (await bed.services()).services.expiredTombstones),
  );
  await waitUntil('all of them to be forgotten', async () => {
    await Promise.all(sweepers.map((sweeper) => sweeper.run()));
    const [[left]] = await bed.pool.query<(RowDataPacket & { n: number })[]>(
      'SELECT COUNT(*) AS n FROM orders WHERE user_id = ?',
      [user],
    );
    return left!.n === 0;
  });
  expect(['PENDING_PAYMENT', 'EXPIRED']).toContain((await row(order!.id))!.status);
});

it('an admitted purchase that was frozen for longer than it may be written is aborted, and its unit is free', async () => {
  const { services } = await bed.services();
  const [product, userId, key] = [await bed.sell(), randomUUID(), newKey()];
  const attempt = newAttempt(userId, key, [{ productId: product, quantity: 1 }], 5_000);
  const frozen = { ...attempt, begunAt: Date.now() - 11 * 60_000 };
  expect(await services.purchases.buy(frozen)).toMatchObject({ __typename: 'PurchaseAbandoned' });
  expect(await row(frozen.orderId)).toMatchObject({ status: 'ABANDONED' });
  expect(await bed.ledger(product)).toMatchObject({ sold: 0, orders: 0 });
  await waitUntil(
    'nothing to stay reserved',
    () => bed.stock(product),
    ({ reserved }) => reserved === 0,
  );
});

it('an order that was written is the answer, however late its attempt is', async () => {
  const { services } = await bed.services();
  const [product, userId, key] = [await bed.sell(), randomUUID(), newKey()];
  const { order } = await bed.buy(product, { userId, key });
  await bed.redis.del(bed.key(product, 'gate'));
  const attempt = newAttempt(userId, key, [{ productId: product, quantity: 1 }], 5_000);
  expect(await services.purchases.buy({ ...attempt, begunAt: 0 })).toMatchObject({
    __typename: 'PurchaseConfirmed',
    replayed: true,
    order: { id: order!.id },
  });
});

it('a retention that an attempt could outlive is refused at the start', () => {
  const config = (retention: string) => () =>
    readOrderConfig({
      NODE_ENV: 'test',
      TOMBSTONE_RETENTION: retention,
      IDENTITY_SECRET: 'x'.repeat(32),
      ENCRYPTION_KEYS: 'x',
    });
  expect(config('1h')).toThrow(/TOMBSTONE_RETENTION/);
  expect(config('2h')).not.toThrow();
});
