import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { operation } from '../operation.ts';
import type { ShopClient } from '../seed/shop-client.ts';

export interface NewSale {
  readonly name: string;
  readonly description?: string | undefined;
  readonly imageUrl?: string | undefined;
  readonly units: number;
  /** In the smallest unit of the currency. */
  readonly price: { readonly amount: number; readonly currency: string };
  readonly purchaseLimit?: number | undefined;
  readonly opensAt: Date;
  /** Null: no end but that of the stock. */
  readonly closesAt: Date | null;
}

const ATTEMPTS = 5;
const PAUSE_MS = 500;

interface Created {
  readonly createProduct: {
    readonly product?: { readonly id: string };
    readonly problems?: readonly { readonly path: string; readonly message: string }[];
  };
}

/**
 * Makes a product and its stock. Where the stock cannot be made, the product is withdrawn.
 *
 * @returns the id of the product
 * @throws with a sentence for each part of the input that the shop does not accept
 */
export async function putOnSale(
  shop: ShopClient,
  { units, opensAt, closesAt, ...product }: NewSale,
): Promise<string> {
  const input = {
    ...product,
    type: closesAt ? 'FLASH_SALE' : 'GENERAL',
    opensAt: opensAt.toISOString(),
    ...(closesAt ? { closesAt: closesAt.toISOString() } : {}),
  };
  const { createProduct } = await shop.execute<Created>(operation('CreateProduct'), { input });
  if (!createProduct.product)
    throw new Error(
      (createProduct.problems ?? []).map(({ path, message }) => `${path}: ${message}`).join('\n'),
    );
  const { id } = createProduct.product;
  try {
    await restock(shop, id, units);
  } catch (error) {
    await shop.execute(operation('WithdrawProduct'), { input: { id } }).catch(() => undefined);
    throw error;
  }
  return id;
}

/** Under one key, so that an attempt whose answer was lost counts once. */
async function restock(shop: ShopClient, productId: string, change: number): Promise<void> {
  const input = { productId, change, idempotencyKey: randomUUID() };
  for (let attempt = 1; ; attempt++) {
    try {
      await shop.expect('Restocked', operation('Restock'), input);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
