import { randomUUID } from 'node:crypto';
import { operation } from '../../operation.ts';
import { ShopClient } from '../../seed/shop-client.ts';
import { ADMINISTRATOR } from './own-settings.ts';

/** @returns the id of a product of which there are so many, on sale now and for ten hours */
export async function openOwnSale(graphqlUrl: string, units: number): Promise<string> {
  const shop = new ShopClient(graphqlUrl);
  await shop.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  const at = (inSeconds: number) => new Date(Date.now() + inSeconds * 1_000).toISOString();
  const { product } = await shop.expect<{ product: { id: string } }>(
    'ProductSaved',
    operation('CreateProduct'),
    {
      name: 'Measured',
      type: 'FLASH_SALE',
      price: { amount: 12_000 },
      opensAt: at(-60),
      closesAt: at(36_000),
    },
  );
  await shop.expect('Restocked', operation('Restock'), {
    productId: product.id,
    change: units,
    idempotencyKey: randomUUID(),
  });
  return product.id;
}
