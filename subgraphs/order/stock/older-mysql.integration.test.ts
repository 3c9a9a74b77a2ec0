import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const bed = useOrderTestBed(useStores(), { orders: 2 });

/** MySQL is as it was before the first sale: restored from a backup, or a replica that lacked what came after. */
async function restoreOlder(product: string, epoch: number): Promise<void> {
  const id = uuidToBytes(product);
  await bed.pool.query(
    'DELETE o, i FROM orders o JOIN order_item i ON i.order_id = o.id WHERE i.product_id = ?',
    [id],
  );
  await bed.pool.query('DELETE FROM holding WHERE product_id = ?', [id]);
  await bed.pool.query('UPDATE stock SET epoch = ?, sold = 0 WHERE product_id = ?', [epoch, id]);
}

const agreement = (product: string, units: number) =>
  waitUntil(
    'Redis and MySQL to agree',
    async () => ({ redis: await bed.stock(product), mysql: await bed.ledger(product) }),
    ({ redis, mysql }) => redis.sold === units && mysql.sold === units && redis.reserved === 0,
  );

/** One unit is sold in each of so many epochs. */
async function sellInEpochs(units: number, epochs: number): Promise<string> {
  const product = await bed.sell({ units });
  for (let i = 0; i < epochs; i++) {
    await bed.redis.del(bed.key(product, 'gate'));
    await bed.buy(product);
  }
  await agreement(product, epochs);
  return product;
}

describe('when MySQL has become older than Redis', () => {
  it('a product is sold from again at once, by every process, and no epoch is used twice', async () => {
    const product = await sellInEpochs(20, 3);
    const { epoch } = await bed.ledger(product);
    await restoreOlder(product, 1);
    for (const at of [0, 1])
      expect(await bed.buy(product, { at })).toMatchObject({ __typename: 'PurchaseConfirmed' });
    await agreement(product, 2);
    expect((await bed.ledger(product)).epoch).toBeGreaterThan(epoch);
  });

  it('what it has not sold yet is for sale, though Redis takes it to be sold out', async () => {
    const product = await sellInEpochs(3, 3);
    expect(await bed.buy(product)).toMatchObject({ __typename: 'SoldOut' });
    await restoreOlder(product, 1);
    await waitUntil(
      'a purchase to be served',
      () => bed.buy(product),
      ({ __typename }) => __typename === 'PurchaseConfirmed',
    );
    await agreement(product, 1);
  });

  it('a key whose order it has lost comes to an end', async () => {
    const product = await bed.sell({ units: 5 });
    const [userId, key] = [randomUUID(), newKey()];
    await bed.buy(product, { userId, key });
    await agreement(product, 1);
    await restoreOlder(product, (await bed.ledger(product)).epoch);
    for (const at of [0, 1])
      expect(await bed.buy(product, { userId, key, at })).toMatchObject({ __typename: 'PurchaseAbandoned' });
  });
});
