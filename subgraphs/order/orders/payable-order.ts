import type { Pool, PoolConnection } from 'mysql2/promise';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import type { MovementRelay } from '../stock/movement-relay.ts';
import type { StockMovement } from '../stock/stock-movements.ts';
import { lockOrder, type LockedOrder } from './locked-order.ts';
import { transitionOrders, type TransitionDelays } from './transition-orders.ts';

export interface FulfilmentDependencies {
  readonly pool: Pool;
  readonly relay: MovementRelay;
  readonly delays: TransitionDelays;
}

export type Payable<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  /** The order waits for no payment. */
  | { readonly kind: 'refused'; readonly status: OrderStatus };

/**
 * Does something to an order that may still be paid, under its lock. One whose time is up expires here and now: whether the
 * sweeper has come by makes no difference to its buyer.
 *
 * @param orderId of an order that is there
 */
export async function withPayableOrder<Result>(
  { pool, relay, delays }: FulfilmentDependencies,
  orderId: string,
  work: (connection: PoolConnection, order: LockedOrder) => Promise<Result>,
): Promise<Payable<Result>> {
  const answer = await inTransaction(
    pool,
    async (connection): Promise<{ payable: Payable<Result>; movements: StockMovement[] }> => {
      const order = (await lockOrder(connection, orderId))!;
      if (order.status !== 'PENDING_PAYMENT')
        return { payable: { kind: 'refused', status: order.status }, movements: [] };
      if (!order.isDue)
        return { payable: { kind: 'done', result: await work(connection, order) }, movements: [] };
      const movements = await transitionOrders(connection, [order], 'EXPIRED', delays);
      return { payable: { kind: 'refused', status: 'EXPIRED' }, movements };
    },
  );
  await relay.deliverAll(answer.movements);
  return answer.payable;
}
