import type { PoolConnection } from 'mysql2/promise';
import { lockOrder, type LockedOrder } from '../orders/locked-order.ts';
import { transitionOrders, type TransitionDelays } from '../orders/transition-orders.ts';
import { reacquireUnits, type ReacquireTerms } from '../orders/reacquire-units.ts';
import type { StockMovement } from '../stock/stock-movements.ts';
import type { ChargeOutcome } from './payment-provider.ts';
import { changePayment, findPayment, type PaymentRecord } from './payment-repository.ts';

export type Conclusion =
  | { readonly kind: 'concluded'; readonly movements: readonly StockMovement[] }
  /** Paid, but the order has expired meanwhile: say on which terms its units may be taken again. */
  | { readonly kind: 'late'; readonly orderId: string };

const concluded = (movements: readonly StockMovement[] = []): Conclusion => ({
  kind: 'concluded',
  movements,
});

/** Times that follow a conclusion, in milliseconds. */
interface ConclusionTimes {
  readonly delays: TransitionDelays;
  /** How long after a decline the provider's books are read once more. */
  readonly recheckMs: number;
}

/**
 * The second half of a payment: what the provider said becomes the order's status. It may be said by several at once, and more
 * than once; the first counts.
 *
 * @param terms by product, to take the units of an expired order again; null as long as that is not known to be needed
 */
export async function concludePayment(
  connection: PoolConnection,
  paymentId: string,
  outcome: ChargeOutcome,
  terms: ReadonlyMap<string, ReacquireTerms> | null,
  { delays, recheckMs }: ConclusionTimes,
): Promise<Conclusion> {
  const { orderId } = (await findPayment(connection, paymentId))!;
  const order = (await lockOrder(connection, orderId))!;
  const payment = (await findPayment(connection, paymentId))!;
  return outcome.kind === 'declined'
    ? concludeDeclined(connection, order, payment, { delays, recheckMs })
    : concludeSucceeded(connection, order, payment, outcome.reference, terms, delays);
}

async function concludeDeclined(
  connection: PoolConnection,
  order: LockedOrder,
  payment: PaymentRecord,
  { delays, recheckMs }: ConclusionTimes,
): Promise<Conclusion> {
  if (payment.status !== 'PENDING') return concluded();
  await changePayment(connection, payment.id, { from: 'PENDING', to: 'DECLINED', dueInMs: recheckMs });
  if (order.status === 'PAYING') await transitionOrders(connection, [order], 'PENDING_PAYMENT', delays);
  return concluded();
}

async function concludeSucceeded(
  connection: PoolConnection,
  order: LockedOrder,
  payment: PaymentRecord,
  reference: string,
  terms: ReadonlyMap<string, ReacquireTerms> | null,
  delays: TransitionDelays,
): Promise<Conclusion> {
  const from = payment.status;
  if (from !== 'PENDING' && from !== 'DECLINED') return concluded();
  const become = (to: 'SUCCEEDED' | 'REFUND_DUE') =>
    changePayment(connection, payment.id, { from, to, reference });

  if (from === 'PENDING' && order.status === 'PAYING') {
    await become('SUCCEEDED');
    return concluded(await transitionOrders(connection, [{ ...order, isCharged: true }], 'PAID', delays));
  }
  if (from === 'PENDING' && order.status === 'EXPIRED') {
    if (!terms) return { kind: 'late', orderId: order.id };
    const taken = await reacquireUnits(connection, order, terms);
    if (taken) {
      await become('SUCCEEDED');
      await transitionOrders(connection, [{ ...order, isCharged: true }], 'PAID', delays);
      return concluded(taken);
    }
  }
  // Nobody is charged for an order that does not hold, nor twice for one that does.
  await become('REFUND_DUE');
  return concluded();
}
