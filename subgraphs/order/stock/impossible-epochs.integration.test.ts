import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { MOST_AHEAD } from './next-epoch.ts';

const bed = useOrderTestBed(useStores(), { orders: 2 });
const WITHIN_MS = 10_000;

/** Puts a false epoch before the id of the server, which stays right. */
async function setGate(product: string, epoch: string): Promise<void> {
  const key = bed.key(product, 'gate');
  const gate = (await bed.redis.get(key))!;
  await bed.redis.set(key, gate.replace(/^\d+/, epoch));
}

async function setMysql(product: string, epoch: number): Promise<void> {
  await bed.pool.query('UPDATE stock SET epoch = ? WHERE product_id = ?', [epoch, uuidToBytes(product)]);
}

async function isSold(product: string): Promise<void> {
  for (const at of [0, 1]) {
    await waitUntil(
      `a purchase to be confirmed by process ${at}`,
      () => bed.buy(product, { at, timeoutMs: 2_000 }),
      ({ __typename }) => __typename === 'PurchaseConfirmed',
      WITHIN_MS,
    );
  }
}

const agreement = (product: string) =>
  waitUntil(
    'Redis and MySQL to agree',
    async () => ({ redis: await bed.stock(product), mysql: await bed.ledger(product) }),
    ({ redis, mysql }) => redis.sold === mysql.sold && redis.reserved === 0,
    WITHIN_MS,
  );

describe('a gate with an epoch that cannot be', () => {
  it.each([
    '0',
    '00000001',
    '1073741823',
    '1073741824',
    '2147483646',
    '2147483647',
    '2147483648',
    '9007199254740993',
    '99999999999999999999999',
  ])('%s ends no product, and MySQL does not follow it', async (epoch) => {
    const product = await bed.sell({ units: 10 });
    await bed.buy(product);
    for (let time = 0; time < 2; time++) {
      await setGate(product, epoch);
      await isSold(product);
    }
    await agreement(product);
    expect((await bed.ledger(product)).epoch).toBeLessThan(3 * MOST_AHEAD);
  });

  it('ends none when the keys of that epoch cannot be read, either', async () => {
    const product = await bed.sell({ units: 10 });
    await bed.buy(product);
    await bed.redis.set(bed.key(product, '1073741824:stock'), 'garbage');
    await setGate(product, '1073741824');
    await isSold(product);
    await agreement(product);
  });
});

describe('an epoch in MySQL at the end of the numbers', () => {
  it.each([2 ** 30 + 1, 2 ** 31 - 2, 2 ** 31 - 1, -3])('%d is left behind', async (epoch) => {
    const product = await bed.sell({ units: 10 });
    await bed.buy(product);
    await setMysql(product, epoch);
    await isSold(product);
    await agreement(product);
    await bed.redis.del(bed.key(product, 'gate'));
    await isSold(product);
    await agreement(product);
  });

  it('leaves no movement behind that is still on its way to Redis', async () => {
    const [product, buyer] = [await bed.sell({ units: 2 }), new Buyer(bed)];
    const order = await buyer.ordered(product);
    await setMysql(product, 2 ** 31 - 1);
    await bed.redis.del(bed.key(product, 'gate'));
    await buyer.cancel(order);
    await isSold(product);
    await agreement(product);
    expect(await bed.stock(product)).toMatchObject({ total: 2, sold: 2 });
    const [rows] = await waitUntil(
      'the movement to be marked',
      () =>
        bed.pool.query('SELECT 1 FROM stock_movement WHERE product_id = ? AND applied_at IS NULL', [
          uuidToBytes(product),
        ]),
      ([pending]) => (pending as unknown[]).length === 0,
      WITHIN_MS,
    );
    expect(rows).toEqual([]);
  });
});
