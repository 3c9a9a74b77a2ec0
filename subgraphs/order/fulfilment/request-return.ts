import { z } from 'zod';
import { checkInput, type InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { optionalParagraphs } from '../../../platform/text/text-input.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { RequestReturnInput } from '../__generated__/resolvers-types.ts';
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
import { canTransition, unmetPrecondition } from '../orders/order-transitions.ts';

export interface ReturnWindowClosed {
  readonly __typename: 'ReturnWindowClosed';
  readonly message: string;
  readonly closedAt: Date;
}

export type RequestReturnOutcome =
  | { readonly __typename: 'ReturnRequested'; readonly order: Order }
  | OrderNotFound
  | InvalidOrderStatus
  | ReturnWindowClosed
  | InvalidInput;

const LONGEST_REASON = 500;

const requestReturnInput = z.object({
  reason: optionalParagraphs(LONGEST_REASON, `A reason has at most ${LONGEST_REASON} characters.`),
});

/** The `requestReturn` mutation. */
export async function requestReturn(
  input: RequestReturnInput,
  context: OrderContext,
): Promise<RequestReturnOutcome> {
  const checked = checkInput(requestReturnInput, input);
  if (!checked.ok) return checked.refusal;
  const order = await findOwnOrder(input.orderId, context);
  if (!order) return orderNotFound;

  const { cipher, stateMachine } = context.services;
  // The reason for a return may be personal data.
  const { reason } = checked.value;
  const sealed = reason && cipher.encrypt(reason, `order.returnReason:${order.id}`);
  const refusal = await inTransaction(stateMachine.pool, async (connection) => {
    const locked = (await lockOrder(connection, order.id, stateMachine))!;
    if (!canTransition(locked.status, 'RETURN_REQUESTED')) return invalidOrderStatus(locked.status);
    if (unmetPrecondition(locked, 'RETURN_REQUESTED') === 'inTime') return returnWindowClosed(locked.dueAt!);
    await transitionOrders(connection, [locked], 'RETURN_REQUESTED', stateMachine);
    await connection.query('INSERT INTO return_request (order_id, reason, requested_at) VALUES (?, ?, ?)', [
      uuidToBytes(order.id),
      sealed,
      new Date(),
    ]);
    return null;
  });
  return refusal ?? { __typename: 'ReturnRequested', order: (await findOwnOrder(order.id, context))! };
}

const returnWindowClosed = (closedAt: Date): ReturnWindowClosed => ({
  __typename: 'ReturnWindowClosed',
  message: 'The time to ask for a return is over.',
  closedAt,
});
