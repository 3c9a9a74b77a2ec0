import { uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import { ORDER_STATUSES, type ABANDONED } from './order.ts';

export interface OrderPageRequest {
  readonly limit: number;
  /** The last order of the page before. */
  readonly after: { readonly createdAt: Date; readonly id: string } | null;
  /** Null: of every status. */
  readonly status: OrderStatus | null;
}

export interface Statement {
  readonly sql: string;
  readonly values: unknown[];
}

/** Named, since the servers take the index of due orders where its statistics are old. */
const FROM = 'FROM orders FORCE INDEX (orders_of_user_by_status)';
const NEWEST_FIRST = 'ORDER BY created_at DESC, id DESC LIMIT ?';

/**
 * Finds the ids of a page: one range of the index for each status, each read backwards as far as the page is long, and merged. A
 * range over all statuses would have to be read and sorted as a whole.
 */
export function pageOfUser(userId: string, { limit, after, status }: OrderPageRequest): Statement {
  const beyond = after ? 'AND created_at <= ? AND (created_at < ? OR id < ?)' : '';
  const place = after ? [after.createdAt, after.createdAt, uuidToBytes(after.id)] : [];
  const range = `(SELECT id, created_at ${FROM} WHERE user_id = ? AND status = ? ${beyond} ${NEWEST_FIRST})`;
  const statuses = status ? [status] : ORDER_STATUSES;
  const values = statuses.flatMap((one) => [uuidToBytes(userId), one, ...place, limit]);
  if (status) return { sql: range.slice(1, -1), values };
  return {
    sql: `${statuses.map(() => range).join(' UNION ALL ')} ${NEWEST_FIRST}`,
    values: [...values, limit],
  };
}

/** One row for each order, or tombstone, of these statuses: up to the limit. */
export const someOfUser = (
  userId: string,
  statuses: readonly (OrderStatus | typeof ABANDONED)[],
  limit: number,
): Statement => ({
  sql: `SELECT 1 ${FROM} WHERE user_id = ? AND status IN (?) LIMIT ?`,
  values: [uuidToBytes(userId), statuses, limit],
});
