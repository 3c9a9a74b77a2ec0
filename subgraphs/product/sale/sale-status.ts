import sql, { raw, type Sql } from 'sql-template-tag';
import type { SaleStatus } from '../__generated__/resolvers-types.ts';
import type { Product } from '../catalog/product.ts';

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

/** What the window of a sale must be for a status, of rows called `table` that are not withdrawn. */
export const SALE_STATUS_IN_SQL: Readonly<
  Record<Exclude<SaleStatus, 'WITHDRAWN'>, (table: string, now: Date) => Sql>
> = {
  UPCOMING: (table, now) => sql`${raw(table)}.opens_at > ${now}`,
  OPEN: (table, now) =>
    sql`${raw(table)}.opens_at <= ${now} AND (${raw(table)}.closes_at IS NULL OR ${raw(table)}.closes_at > ${now})`,
  CLOSED: (table, now) => sql`${raw(table)}.closes_at <= ${now}`,
};
