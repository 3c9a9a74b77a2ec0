import type { PoolConnection } from 'mysql2/promise';
import { lockOrder, type LockedOrder } from '../orders/locked-order.ts';
import { transitionOrders, type OrderStateMachine } from '../orders/transition-orders.ts';
import { reacquireUnits, type ReacquireTerms } from '../orders/reacquire-units.ts';
import type { StockMovement } from '../stock/stock-movements.ts';
import type { ChargeOutcome } from './payment-provider.ts';
import { changePayment, findPayment, type PaymentRecord } from './payment-repository.ts';

export type Conclusion =
  | { readonly kind: 'concluded'; readonly movements: readonly StockMovement[] }
  /** Paid, but the order has expired meanwhile: call again with the terms on which its units may be reacquired. */
  | { readonly kind: 'late'; readonly orderId: string };

const concluded = (movements: readonly StockMovement[] = []): Conclusion => ({
  kind: 'concluded',
  movements,
});

interface ConclusionDependencies extends OrderStateMachine {
  /** How long after a decline the provider's state is read once more, in milliseconds. */
  readonly recheckMs: number;
}

/**
 * The second half of a payment: the provider's outcome becomes the order's status. Several callers may report it at once, and more
 * than once; the first report counts.
 *
 * @param terms by product, to reacquire the units of an expired order; null as long as that is not known to be needed
 */
export async function concludePayment(
  connection: PoolConnection,
  paymentId: string,
  outcome: ChargeOutcome,
  terms: ReadonlyMap<string, ReacquireTerms> | null,
  dependencies: ConclusionDependencies,
): Promise<Conclusion> {
  const { orderId } = (await findPayment(connection, paymentId))!;
  const order = (await lockOrder(connection, orderId, dependencies))!;
  const payment = (await findPayment(connection, paymentId))!;
  return outcome.kind === 'declined'
    ? concludeDeclined(connection, order, payment, dependencies)
    : concludeSucceeded(connection, order, payment, outcome.reference, terms, dependencies);
}

async function concludeDeclined(
  connection: PoolConnection,
  order: LockedOrder,
  payment: PaymentRecord,
  dependencies: ConclusionDependencies,
): Promise<Conclusion> {
  if (payment.status !== 'PENDING') return concluded();
  await changePayment(connection, payment.id, {
    from: 'PENDING',
    to: 'DECLINED',
    dueInMs: dependencies.recheckMs,
  });
  if (order.status === 'PAYING') await transitionOrders(connection, [order], 'PENDING_PAYMENT', dependencies);
  return concluded();
}

async function concludeSucceeded(
  connection: PoolConnection,
  order: LockedOrder,
  payment: PaymentRecord,
  reference: string,
  terms: ReadonlyMap<string, ReacquireTerms> | null,
  stateMachine: OrderStateMachine,
): Promise<Conclusion> {
  const from = payment.status;
  if (from !== 'PENDING' && from !== 'DECLINED') return concluded();
  const become = (to: 'SUCCEEDED' | 'REFUND_DUE') =>
    changePayment(connection, payment.id, { from, to, reference });

  if (from === 'PENDING' && order.status === 'PAYING') {
    await become('SUCCEEDED');
    return concluded(
      await transitionOrders(connection, [{ ...order, isCharged: true }], 'PAID', stateMachine),
    );
  }
  if (from === 'PENDING' && order.status === 'EXPIRED') {
    if (!terms) return { kind: 'late', orderId: order.id };
    const taken = await reacquireUnits(connection, order, terms);
    if (taken) {
      await become('SUCCEEDED');
      await transitionOrders(connection, [{ ...order, isCharged: true }], 'PAID', stateMachine);
      return concluded(taken);
    }
  }
  // No buyer is charged for an order that does not hold, nor twice for one that does.
  await become('REFUND_DUE');
  return concluded();
}
