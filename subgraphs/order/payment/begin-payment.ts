import { v7 as uuidv7 } from 'uuid';
import { transitionOrders, type OrderStateMachine } from '../orders/transition-orders.ts';
import { unmetPrecondition } from '../orders/order-transitions.ts';
import { withPayableOrder, type Payable } from '../orders/payable-order.ts';
import type { PaymentIntent } from './payment-provider.ts';
import { insertPayment, readAttempts } from './payment-repository.ts';

/** More than a buyer needs; without a limit, an order could be used to test stolen cards by the thousand. */
const MOST_ATTEMPTS = 10;

/** Nothing was written. */
export type PaymentRefusal = 'tooManyAttempts' | 'addressMissing';

/**
 * The first half of a payment: the order is PAYING and the intent is written, before the provider is called. An order has
 * at most one intent that is not concluded, and ten in all: after that nothing is written, and it expires when it is due.
 *
 * @param providerTimeoutMs how long the provider may take to answer, in milliseconds
 */
export function beginPayment(
  stateMachine: OrderStateMachine,
  orderId: string,
  providerTimeoutMs: number,
): Promise<Payable<PaymentIntent | PaymentRefusal>> {
  return withPayableOrder(stateMachine, orderId, async (connection, order) => {
    if (unmetPrecondition(order, 'PAYING') === 'address') return 'addressMissing';
    const { attempts, now: attemptedAt } = await readAttempts(connection, orderId);
    if (attempts >= MOST_ATTEMPTS) return 'tooManyAttempts';
    const { totalAmount: amount, currency } = order;
    const intent = {
      id: uuidv7(),
      amount,
      currency,
      notAfter: new Date(attemptedAt.getTime() + providerTimeoutMs),
    };
    await transitionOrders(connection, [order], 'PAYING', stateMachine);
    await insertPayment(
      connection,
      { id: intent.id, orderId, status: 'PENDING', amount, currency, attemptedAt },
      providerTimeoutMs,
    );
    return intent;
  });
}
