import type { SaleStatus } from './__generated__/resolvers-types.ts';
import type { Product } from './entities/product.ts';

/**
 * Whether a product can be bought, told from the clock at the moment of the answer: once as a function and once as SQL, side by
 * side since they must agree. The sale runs from `opensAt` up to, not including, `closesAt`.
 */
export function saleStatusAt(product: SaleWindow, moment: Date): SaleStatus {
  if (product.withdrawnAt !== null) return 'WITHDRAWN';
  if (moment < product.opensAt) return 'UPCOMING';
  if (product.closesAt !== null && moment >= product.closesAt) return 'CLOSED';
  return 'OPEN';
}

export type SaleWindow = Pick<Product, 'opensAt' | 'closesAt' | 'withdrawnAt'>;

/** For rows called `product`; `:now` is the moment. */
export const SALE_STATUS_IN_SQL: Readonly<Record<SaleStatus, string>> = {
  WITHDRAWN: 'product.withdrawnAt IS NOT NULL',
  UPCOMING: 'product.withdrawnAt IS NULL AND product.opensAt > :now',
  OPEN: 'product.withdrawnAt IS NULL AND product.opensAt <= :now AND (product.closesAt IS NULL OR product.closesAt > :now)',
  CLOSED: 'product.withdrawnAt IS NULL AND product.closesAt <= :now',
};
