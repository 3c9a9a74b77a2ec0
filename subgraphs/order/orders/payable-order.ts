import type { PoolConnection } from 'mysql2/promise';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import type { StockMovement } from '../stock/stock-movements.ts';
import { lockOrder, type LockedOrder } from './locked-order.ts';
import { transitionOrders, type OrderStateMachine } from './transition-orders.ts';

export type Payable<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  /** The order waits for no payment. */
  | { readonly kind: 'refused'; readonly status: OrderStatus };

/**
 * Runs work on an order that can still be paid, under its lock. One whose deadline has passed expires in this transaction, so its
 * buyer sees the same whether or not the sweeper has run.
 *
 * @param orderId of an order that exists
 */
export async function withPayableOrder<Result>(
  stateMachine: OrderStateMachine,
  orderId: string,
  work: (connection: PoolConnection, order: LockedOrder) => Promise<Result>,
): Promise<Payable<Result>> {
  const { pool, relay } = stateMachine;
  const outcome = await inTransaction(
    pool,
    async (connection): Promise<{ payable: Payable<Result>; movements: StockMovement[] }> => {
      const order = (await lockOrder(connection, orderId, stateMachine))!;
      if (order.status !== 'PENDING_PAYMENT')
        return { payable: { kind: 'refused', status: order.status }, movements: [] };
      if (!order.isDue)
        return { payable: { kind: 'done', result: await work(connection, order) }, movements: [] };
      const movements = await transitionOrders(connection, [order], 'EXPIRED', stateMachine);
      return { payable: { kind: 'refused', status: 'EXPIRED' }, movements };
    },
  );
  await relay.deliverAll(outcome.movements);
  return outcome.payable;
}
