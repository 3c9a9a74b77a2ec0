import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useOrderTestBed, type OrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { deriveOrderId } from '../orders/order-id.ts';
import { redisId } from './redis-id.ts';

const stores = useStores();
const WITHIN_MS = 10_000;
const FAR = '99999999999999';

const DAMAGED_INSTANTS = [
  ['in the future', FAR],
  ['an hour ahead', () => String(Date.now() + 3_600_000)],
  ['too large', '9'.repeat(400)],
  ['negative', '-5'],
  ['no whole number', '1.5'],
  ['infinite', 'inf'],
  ['no number', 'garbage'],
  ['empty', ''],
] as const;

const valueOf = (damage: string | (() => string)) => (typeof damage === 'string' ? damage : damage());

describe.each(['atomic', 'lock'])('with the strategy %s', (STOCK_STRATEGY) => {
  const bed = useOrderTestBed(stores, {
    orders: 2,
    environment: { STOCK_STRATEGY, RESERVATION_TIMEOUT: '1s' },
  });

  describe.each(DAMAGED_INSTANTS)('an instant that is %s', (_, damage) => {
    it('since when refusals are remembered keeps no purchase away', async () => {
      const product = await bed.sell({ units: 10 });
      await bed.redis.set(bed.key(product, 'refusals-lost-at'), valueOf(damage));
      await isSold(bed, product);
    });

    it('of a refusal keeps its key away from no purchase', async () => {
      const product = await bed.sell({ units: 10 });
      const [userId, key] = [randomUUID(), newKey()];
      const field = redisId(deriveOrderId(userId, key));
      for (const hash of ['refused-even', 'refused-odd'])
        await bed.redis.hset(bed.key(product, hash), field, valueOf(damage));
      await isSold(bed, product, userId, key);
    });
  });

  it.each(['refused-even', 'refused-odd', 'refusals-lost-at'])(
    'a key of another type in the place of %s keeps no purchase and no refusal away',
    async (name) => {
      const [product, soldOut] = [await bed.sell({ units: 10 }), await bed.sell({ units: 1 })];
      await isSold(bed, soldOut);
      for (const one of [product, soldOut]) {
        await bed.redis.del(bed.key(one, name));
        await bed.redis.rpush(bed.key(one, name), 'garbage');
      }
      await isSold(bed, product);
      await waitUntil(
        'the refusal to be definite',
        () => bed.buy(soldOut),
        ({ __typename }) => __typename === 'SoldOut',
        WITHIN_MS,
      );
    },
  );
});

describe('the reaper', () => {
  const bed = useOrderTestBed(stores, { environment: { RESERVATION_TIMEOUT: '1s' } });

  it.each([FAR, '+inf'])('settles a reservation that is due at %s', async (score) => {
    const product = await bed.sell({ units: 3 });
    await isSold(bed, product);
    const { epoch } = await bed.ledger(product);
    const [orderId, userId] = [redisId(randomUUID()), redisId(randomUUID())];
    // As a process leaves it that dies after its reservation.
    await bed.redis
      .multi()
      .hset(bed.key(product, `${epoch}:records`), orderId, `R:2:7:${userId}`)
      .zadd(bed.key(product, `${epoch}:due`), score, orderId)
      .hset(bed.key(product, `${epoch}:stock`), { reserved: 2, seq: 7 })
      .exec();
    await waitUntil(
      'its units to be for sale',
      () => bed.stock(product),
      ({ remaining, reserved }) => remaining === 2 && reserved === 0,
      WITHIN_MS,
    );
    expect((await bed.ledger(product)).epoch).toBe(epoch);
  });
});

/** The same key again, as `Busy` says, until it has bought. */
async function isSold(bed: OrderTestBed, product: string, userId = randomUUID(), key = newKey()) {
  await waitUntil(
    'a purchase to be confirmed',
    () => bed.buy(product, { userId, key, timeoutMs: 2_000 }),
    ({ __typename }) => __typename === 'PurchaseConfirmed',
    WITHIN_MS,
  );
}
