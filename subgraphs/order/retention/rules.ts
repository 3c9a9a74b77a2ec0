import { deleteByKey } from './delete-by-key.ts';
import { orderRules } from './old-orders.ts';
import type { RetentionRule } from './retention.ts';

/** Milliseconds. */
export interface RetentionSettings {
  readonly STOCK_MOVEMENT_RETENTION: number;
  readonly CHECKOUT_RETENTION: number;
  /** Left out: for ever. */
  readonly ORDER_RETENTION?: number | undefined;
}

/**
 * What is deleted, and when. README.md has the table of all that grows. Tombstones have a job of their own
 * (`orders/expired-tombstones.ts`).
 */
export function retentionRules(settings: RetentionSettings): RetentionRule[] {
  return [
    returnedUnits(settings.STOCK_MOVEMENT_RETENTION),
    checkouts(settings.CHECKOUT_RETENTION),
    ...(settings.ORDER_RETENTION === undefined ? [] : orderRules(settings.ORDER_RETENTION)),
  ];
}

/**
 * Movements of units that orders gave back, which are in the numbers: the order's events say the same. Restocks stay: they are the ledger
 * of the total, and the memory of their idempotency keys.
 */
const returnedUnits = (retentionMs: number): RetentionRule => ({
  name: 'stock_movement',
  key: 'id',
  find: `FROM stock_movement FORCE INDEX (movements_done)
    WHERE kind = 'GIVE_BACK' AND applied_at <= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND`,
  values: [retentionMs * 1_000],
  orderBy: 'applied_at',
  remove: async (connection, ids) => {
    await deleteByKey(connection, 'stock_movement', 'id', ids);
    return [];
  },
});

/** Checkouts that were begun and not finished. */
const checkouts = (retentionMs: number): RetentionRule => ({
  name: 'wishlist_checkout',
  key: 'order_id',
  find: `FROM wishlist_checkout FORCE INDEX (checkouts_by_age)
    WHERE started_at <= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND`,
  values: [retentionMs * 1_000],
  orderBy: 'started_at',
  remove: async (connection, ids) => {
    await deleteByKey(connection, 'wishlist_checkout', 'order_id', ids);
    return [];
  },
});
