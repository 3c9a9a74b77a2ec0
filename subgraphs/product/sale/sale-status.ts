import sql, { raw, type Sql } from 'sql-template-tag';
import type { SaleStatus } from '../__generated__/resolvers-types.ts';
import type { Product } from '../catalog/product.ts';

/**
 * Whether a product can be bought, derived from the clock when the response is made and never stored: once as a function and once as
 * SQL, side by side because they must agree. The sale runs from `opensAt` up to, not including, `closesAt`.
 */
export function saleStatusAt(product: SaleWindow, moment: Date): SaleStatus {
  if (product.withdrawnAt !== null) return 'WITHDRAWN';
  if (moment < product.opensAt) return 'UPCOMING';
  if (product.closesAt !== null && moment >= product.closesAt) return 'CLOSED';
  return 'OPEN';
}

export type SaleWindow = Pick<Product, 'opensAt' | 'closesAt' | 'withdrawnAt'>;

/** The condition of a status on the sale window, for rows called `table` that are not withdrawn. */
export const SALE_STATUS_IN_SQL: Readonly<
  Record<Exclude<SaleStatus, 'WITHDRAWN'>, (table: string, now: Date) => Sql>
> = {
  UPCOMING: (table, now) => sql`${raw(table)}.opens_at > ${now}`,
  OPEN: (table, now) =>
    sql`${raw(table)}.opens_at <= ${now} AND (${raw(table)}.closes_at IS NULL OR ${raw(table)}.closes_at > ${now})`,
  CLOSED: (table, now) => sql`${raw(table)}.closes_at <= ${now}`,
};
