import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { operation } from './operation.ts';
import { demoProducts, type DemoProduct } from './seed/demo-products.ts';
import { ShopClient } from './seed/shop-client.ts';

export interface SeedOptions {
  readonly graphqlUrl: string;
  readonly admin: { readonly email: string; readonly password: string };
  readonly buyer: { readonly email: string; readonly password: string };
  /** Remembers that the shop was filled, so that nothing comes back that was taken out of it since. */
  readonly dataDir: string;
  readonly log: (line: string) => void;
}

/**
 * Fills an empty shop with demo products, through its public API. If it is interrupted, the next start goes on where it ended:
 * a product is made unless there is one of its name, and stock and purchases are made under idempotency keys that never change.
 */
export async function seed({ graphqlUrl, admin, buyer, dataDir, log }: SeedOptions): Promise<void> {
  const done = join(dataDir, 'demo-data-made');
  if (existsSync(done)) return;

  const office = new ShopClient(graphqlUrl);
  await office.signIn(admin.email, admin.password);
  const known = await productsByName(office);
  // The list shows the newest first.
  for (const product of [...demoProducts].reverse()) {
    const id = known.get(product.name) ?? (await create(office, product));
    await office.expect('Restocked', operation('Restock'), {
      productId: id,
      change: product.units,
      idempotencyKey: keyFor('stock', id),
    });
    if (product.soldOut) await buyAll(graphqlUrl, buyer, id, product.units);
  }
  await writeFile(done, `${new Date().toISOString()}\n`);
  log(`made ${demoProducts.length} demo products`);
}

const keyFor = (what: string, id: string): string => `demo-${what}-${id}`;

async function productsByName(shop: ShopClient): Promise<Map<string, string>> {
  const { products } = await shop.execute<{ products: { nodes: { id: string; name: string }[] } }>(
    operation('ProductNames'),
  );
  return new Map(products.nodes.map(({ id, name }) => [name, id]));
}

async function create(
  shop: ShopClient,
  { name, description, price, sale, purchaseLimit }: DemoProduct,
): Promise<string> {
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const times =
    sale === 'GENERAL'
      ? { type: 'GENERAL' }
      : {
          type: 'FLASH_SALE',
          opensAt: inMinutes(sale.opensIn),
          closesAt: inMinutes(sale.opensIn + sale.lasts),
        };
  const { product } = await shop.expect<{ product: { id: string } }>(
    'ProductSaved',
    operation('CreateProduct'),
    { name, description, price: { amount: price, currency: 'KRW' }, purchaseLimit, ...times },
  );
  return product.id;
}

/** Bought and paid, so that it stays sold. */
async function buyAll(
  graphqlUrl: string,
  buyer: SeedOptions['buyer'],
  productId: string,
  quantity: number,
): Promise<void> {
  const shop = new ShopClient(graphqlUrl);
  await shop.signIn(buyer.email, buyer.password);
  const { order } = await shop.expect<{ order: { id: string; status: string } }>(
    'PurchaseConfirmed',
    operation('Purchase'),
    { productId, quantity, idempotencyKey: keyFor('purchase', productId) },
  );
  // Of an earlier start that ended after this.
  if (order.status !== 'PENDING_PAYMENT') return;
  await shop.expect('PaymentPrepared', operation('PreparePayment'), {
    orderId: order.id,
    shippingAddress: { postalCode: '04524', line1: '110 Sejong-daero' },
  });
  await shop.expect('PaymentAccepted', operation('Pay'), {
    orderId: order.id,
    paymentToken: 'sim_success',
  });
}
