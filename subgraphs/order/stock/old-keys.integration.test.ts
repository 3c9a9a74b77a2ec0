import { expect, it } from 'vitest';
import { useOrderRoom } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const room = useOrderRoom(useStores());

/** A product of which so many units were sold, with everything settled. */
async function sold(orders: number): Promise<{ product: string; epoch: number }> {
  const product = await room.sell({ units: 100 });
  for (let i = 0; i < orders; i++) await room.buy(product);
  await waitUntil(
    'everything to be settled',
    () => room.stock(product),
    (stock) => stock.sold === orders && stock.reserved === 0,
  );
  return { product, epoch: (await room.books(product)).epoch };
}

it('keys that were settled long ago are forgotten, of products without purchases, too', async () => {
  const { product, epoch } = await sold(3);
  const { services } = await room.services();
  const [records, settled] = [`${epoch}:records`, `${epoch}:settled`].map((name) => room.key(product, name));
  await room.redis.zrem(services.stock.tools.keys.busyProducts, product);
  expect(await room.redis.hlen(records!)).toBe(3);
  await services.oldKeys.run();
  expect(await room.redis.hlen(records!)).toBe(3);

  for (const id of await room.redis.zrange(settled!, 0, -1)) await room.redis.zadd(settled!, 1, id);
  await services.oldKeys.run();
  expect(await room.redis.exists(records!, settled!)).toBe(0);
  expect(await room.stock(product)).toMatchObject({ sold: 3, remaining: 97 });
});

it('keys of epochs that are over are deleted, and those of the current one are not', async () => {
  const { product } = await sold(1);
  // As after two rebuilds in a row that lost their lock before they opened the gate.
  const dead = [1, 2].map((back) => room.key(product, `${100 - back}:stock`));
  const current = room.key(product, '100:stock');
  const [before] = await room.redis.keys(room.key(product, '*:stock').replace('{', '\\{'));
  const gate = await room.redis.get(room.key(product, 'gate'));
  expect(before).toBeDefined();
  for (const key of [...dead, current]) await room.redis.hset(key, 'total', 1);
  await room.redis.set(room.key(product, 'gate'), gate!.replace(/^\d+/, '100'));
  const { services } = await room.services();
  await services.oldKeys.run();
  expect(await room.redis.exists(...dead)).toBe(0);
  expect(await room.redis.exists(current)).toBe(1);
});

it('a product whose keys cannot be read does not keep the others waiting', async () => {
  const products = [await sold(1), await sold(1), await sold(1)];
  const { services } = await room.services();
  for (const [i, { product, epoch }] of products.entries()) {
    const settled = room.key(product, `${epoch}:settled`);
    if (i === 1) await room.redis.set(settled, 'not a sorted set');
    else for (const id of await room.redis.zrange(settled, 0, -1)) await room.redis.zadd(settled, 1, id);
  }
  await services.oldKeys.run();
  for (const i of [0, 2])
    expect(await room.redis.exists(room.key(products[i]!.product, `${products[i]!.epoch}:records`))).toBe(0);
});
