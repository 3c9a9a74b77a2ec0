import { randomUUID } from 'node:crypto';
import { ShopClient } from '../../seed/shop-client.ts';
import { ADMINISTRATOR } from './own-settings.ts';

/** @returns the id of a product of which there are so many, on sale now and for ten hours */
export async function openOwnSale(graphqlUrl: string, units: number): Promise<string> {
  const shop = new ShopClient(graphqlUrl);
  await shop.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  const at = (inSeconds: number) => new Date(Date.now() + inSeconds * 1_000).toISOString();
  const input = {
    name: 'Measured',
    type: 'FLASH_SALE',
    price: { amount: 12_000 },
    opensAt: at(-60),
    closesAt: at(36_000),
  };
  const { product } = await shop.expect<{ product: { id: string } }>(
    'ProductSaved',
    'createProduct',
    input,
    '... on ProductSaved { product { id } }',
  );
  const restocking = { productId: product.id, change: units, idempotencyKey: randomUUID() };
  await shop.expect('Restocked', 'restock', restocking);
  return product.id;
}
