import { expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { createStockKeys } from './stock-keys.ts';

const stores = useStores();
const bed = useOrderTestBed(stores);

/** A product of which so many units were sold, with everything settled. */
async function sold(orders: number): Promise<{ product: string; epoch: number }> {
  const product = await bed.sell({ units: 100 });
  for (let i = 0; i < orders; i++) await bed.buy(product);
  await waitUntil(
    'everything to be settled',
    () => bed.stock(product),
    (stock) => stock.sold === orders && stock.reserved === 0,
  );
  return { product, epoch: (await bed.ledger(product)).epoch };
}

it('keys that were settled long ago are forgotten, of products without purchases, too', async () => {
  const { product, epoch } = await sold(3);
  const { services } = await bed.services();
  const [records, settled] = [`${epoch}:records`, `${epoch}:settled`].map((name) => bed.key(product, name));
  await bed.redis.zrem(createStockKeys(stores.redisPrefix).activeProducts, product);
  expect(await bed.redis.hlen(records!)).toBe(3);
  await services.oldKeys.run();
  expect(await bed.redis.hlen(records!)).toBe(3);

  for (const id of await bed.redis.zrange(settled!, 0, -1)) await bed.redis.zadd(settled!, 1, id);
  await services.oldKeys.run();
  expect(await bed.redis.exists(records!, settled!)).toBe(0);
  expect(await bed.stock(product)).toMatchObject({ sold: 3, remaining: 97 });
});

it('keys of epochs that are over are deleted, and those of the current one are not', async () => {
  const { product } = await sold(1);
  // As after two rebuilds in a row that lost their lock before they opened the gate.
  const dead = [1, 2].map((back) => bed.key(product, `${100 - back}:stock`));
  const current = bed.key(product, '100:stock');
  const [before] = await bed.redis.keys(bed.key(product, '*:stock').replace('{', '\\{'));
  const gate = await bed.redis.get(bed.key(product, 'gate'));
  expect(before).toBeDefined();
  for (const key of [...dead, current]) await bed.redis.hset(key, 'total', 1);
  await bed.redis.set(bed.key(product, 'gate'), gate!.replace(/^\d+/, '100'));
  const { services } = await bed.services();
  await services.oldKeys.run();
  expect(await bed.redis.exists(...dead)).toBe(0);
  expect(await bed.redis.exists(current)).toBe(1);
});

it('a product whose keys cannot be read does not keep the others waiting', async () => {
  const products = [await sold(1), await sold(1), await sold(1)];
  const { services } = await bed.services();
  for (const [i, { product, epoch }] of products.entries()) {
    const settled = bed.key(product, `${epoch}:settled`);
    if (i === 1) await bed.redis.set(settled, 'not a sorted set');
    else for (const id of await bed.redis.zrange(settled, 0, -1)) await bed.redis.zadd(settled, 1, id);
  }
  await services.oldKeys.run();
  for (const i of [0, 2])
    expect(await bed.redis.exists(bed.key(products[i]!.product, `${products[i]!.epoch}:records`))).toBe(0);
});
