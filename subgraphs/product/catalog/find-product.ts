import type DataLoader from 'dataloader';
import { parseUuid } from '../../../platform/uuid.ts';
import type { Product } from './product.ts';

/** @returns null when there is none, also for what could not be an id */
export async function findProduct(
  id: string,
  products: DataLoader<string, Product | null>,
): Promise<Product | null> {
  const canonical = parseUuid(id);
  return canonical === null ? null : products.load(canonical);
}
