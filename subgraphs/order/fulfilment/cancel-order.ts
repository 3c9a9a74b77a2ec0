import { inTransaction } from '../../../platform/mysql/transaction.ts';
import type { CancelOrderInput } from '../__generated__/resolvers-types.ts';
import type { OrderContext } from '../context.ts';
import { findOwnOrder } from '../orders/find-order.ts';
import type { Order } from '../orders/order.ts';
import {
  invalidOrderStatus,
  orderNotFound,
  type InvalidOrderStatus,
  type OrderNotFound,
} from '../orders/refusals.ts';
import { lockOrder } from '../orders/locked-order.ts';
import { transitionOrders } from '../orders/transition-orders.ts';
import { canTransition } from '../orders/order-transitions.ts';

export type CancelOrderOutcome =
  { readonly __typename: 'OrderCancelled'; readonly order: Order } | OrderNotFound | InvalidOrderStatus;

/**
 * The `cancelOrder` mutation. An order may be cancelled while its payment is not known yet, too: should the provider turn out to
 * have charged, it is refunded.
 */
export async function cancelOrder(
  input: CancelOrderInput,
  context: OrderContext,
): Promise<CancelOrderOutcome> {
  const order = await findOwnOrder(input.orderId, context);
  if (!order) return orderNotFound;

  const { stateMachine, payments } = context.services;
  const cancelled = await inTransaction(stateMachine.pool, async (connection) => {
    const locked = (await lockOrder(connection, order.id, stateMachine))!;
    if (!canTransition(locked.status, 'CANCELLED')) return invalidOrderStatus(locked.status);
    return { movements: await transitionOrders(connection, [locked], 'CANCELLED', stateMachine) };
  });
  if ('__typename' in cancelled) return cancelled;
  await Promise.all([stateMachine.relay.deliverAll(cancelled.movements), payments.refundOrder(order.id)]);
  return { __typename: 'OrderCancelled', order: (await findOwnOrder(order.id, context))! };
}
