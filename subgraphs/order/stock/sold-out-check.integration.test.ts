import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { sellOne } from '../testing/sell-one.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { newAttempt } from '../purchase/attempt.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const DAMAGES = [
  ['reserved counts units that no reservation has', 'reserved', 2],
  ['reserved counts far too many units', 'reserved', 1_000_000],
  ['sold is more than MySQL has sold', 'sold', 2],
  ['sold is far more than MySQL has sold', 'sold', 1_000_000],
  ['total is less than MySQL has', 'total', -2],
] as const;

describe.each(['atomic', 'lock'])('with STOCK_STRATEGY=%s', (STOCK_STRATEGY) => {
  const bed = useOrderTestBed(useStores(), {
    orders: 2,
    environment: { STOCK_STRATEGY, RESERVATION_TIMEOUT: '10m', PURCHASE_TIMEOUT: '20s' },
  });

  /** Three units, of which one is sold, with nothing under way. */
  const sellOneOfThree = () => sellOne(bed, 3);

  async function damage(product: string, field: string, by: number): Promise<void> {
    const { epoch } = await bed.ledger(product);
    await bed.redis.hincrby(bed.key(product, `${epoch}:stock`), field, by);
  }

  it.each(DAMAGES)('a unit that is left is sold at once although %s', async (_, field, by) => {
    const product = await sellOneOfThree();
    await damage(product, field, by);
    const answers = await Promise.all([0, 1].map((at) => bed.buy(product, { at })));
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 2 });
    expect(await bed.buy(product)).toMatchObject({ __typename: 'SoldOut' });
    expect(await bed.ledger(product)).toMatchObject({ sold: 3, units: 3 });
  });

  it.each(DAMAGES)('the same right after a refusal that was true: %s', async (_, field, by) => {
    const product = await sellOneOfThree();
    expect(await bed.buy(product, { quantity: 3 })).toMatchObject({ __typename: 'SoldOut' });
    await damage(product, field, by);
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });

  it('a unit that is left is not refused while a restock is on its way to Redis', async () => {
    const product = await sellOneOfThree();
    await damage(product, 'sold', 1_000_000);
    // Of a later epoch, so that it stays on its way until another process rebuilds the product.
    const movement = [uuidToBytes(randomUUID()), uuidToBytes(product), 'RESTOCK', 0, 1_000, new Date()];
    await bed.pool.query(
      'INSERT INTO stock_movement (id, product_id, kind, quantity, epoch, created_at) VALUES (?)',
      [movement],
    );
    const { services } = await bed.services();
    const buy = (quantity: number) =>
      services.purchases.buy(newAttempt(randomUUID(), newKey(), [{ productId: product, quantity }], 20_000));
    expect((await buy(1)).__typename).not.toBe('SoldOut');
    expect(await buy(3)).toMatchObject({ __typename: 'SoldOut' });
    await bed.pool.query('DELETE FROM stock_movement WHERE id = ?', [movement[0]]);
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });

  it('refusals of a moment share one check, and one check lasts for a while', async () => {
    const product = await bed.sell({ units: 1 });
    await bed.buy(product);
    const { services, scriptCalls } = await bed.services();
    const buy = () =>
      services.purchases.buy(
        newAttempt(randomUUID(), newKey(), [{ productId: product, quantity: 1 }], 20_000),
      );
    const checks = () => scriptCalls.count('audit');
    // While the sale before is not settled the numbers do not agree, and each refusal is checked.
    await waitUntil('a check that serves the next refusal', async () => {
      await buy();
      const before = checks();
      return (await buy()).__typename === 'SoldOut' && checks() === before;
    });
    const [begun, before] = [performance.now(), checks()];
    for (let i = 0; i < 5; i++)
      expect(countAnswers(await Promise.all(Array.from({ length: 100 }, buy)))).toEqual({ SoldOut: 100 });
    const seconds = Math.ceil((performance.now() - begun) / 1_000);
    expect(before).toBeGreaterThan(0);
    expect(checks() - before).toBeLessThanOrEqual(2 * (seconds + 1));
  });

  it('no purchase that is admitted waits for a check', async () => {
    const product = await bed.sell({ units: 20 });
    const { services, scriptCalls } = await bed.services();
    for (let i = 0; i < 20; i++) {
      const attempt = newAttempt(randomUUID(), newKey(), [{ productId: product, quantity: 1 }], 20_000);
      expect(await services.purchases.buy(attempt)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    }
    expect(scriptCalls.count('audit')).toBe(0);
  });

  it('is not sold out for certain while MySQL cannot say what is sold', async () => {
    const product = await bed.sell({ units: 1 });
    await bed.buy(product);
    const { services } = await bed.services();
    await services.connections.main.connect();
    await bed.pool.query('RENAME TABLE stock TO stock_away');
    const attempt = newAttempt(randomUUID(), newKey(), [{ productId: product, quantity: 1 }], 5_000);
    const outcome = await services.purchases
      .buy(attempt)
      .finally(() => bed.pool.query('RENAME TABLE stock_away TO stock'));
    expect(outcome).toMatchObject({ __typename: 'Busy' });
    expect(await services.purchases.buy({ ...attempt, deadline: performance.now() + 5_000 })).toMatchObject({
      __typename: 'SoldOut',
    });
  });
});
