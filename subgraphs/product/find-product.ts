import type DataLoader from 'dataloader';
import { isUuid } from '../../platform/uuid.ts';
import type { Product } from './entities/product.ts';

/** @returns null when there is none, also for what could not be an id */
export async function findProduct(
  id: string,
  products: DataLoader<string, Product | null>,
): Promise<Product | null> {
  const canonical = id.toLowerCase();
  return isUuid(canonical) ? products.load(canonical) : null;
}
