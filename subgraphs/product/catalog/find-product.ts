import { parseUuid } from '../../../platform/uuid.ts';
import type { ProductContext } from '../context.ts';
import type { Product } from './product.ts';

/** @returns null when there is none, also for what could not be an id */
export async function findProduct(id: string, { products }: ProductContext): Promise<Product | null> {
  const canonical = parseUuid(id);
  return canonical === null ? null : products.load(canonical);
}
