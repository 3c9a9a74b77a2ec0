import { NO_SPAN, type Span } from '../../../platform/observability/span.ts';
import type { PendingOrder, UnwrittenOrder } from '../orders/pending-order.ts';
import type { ProductForSale } from '../products/product-reader.ts';
import type { Reservation } from '../stock/stock-outcomes.ts';
import type { Attempt } from './attempt.ts';

/**
 * The order as it will stand, at the prices and names of this moment.
 *
 * @param reservations one for each line of the attempt, in their order
 * @param paymentTimeoutMs how long the buyer has to pay, in milliseconds
 */
export function toPendingOrder(
  attempt: Attempt,
  products: ReadonlyMap<string, ProductForSale>,
  reservations: readonly Reservation[],
  paymentTimeoutMs: number,
  span: Span = NO_SPAN,
): PendingOrder {
  const items = attempt.lines.map(({ productId, quantity }, index) => {
    const { name, unitPrice, currency } = products.get(productId)!;
    const { epoch, seq } = reservations[index]!;
    return { productId, quantity, unitPrice, currency, productName: name, epoch, seq };
  });
  const order: UnwrittenOrder = {
    id: attempt.orderId,
    userId: attempt.userId,
    status: 'PENDING_PAYMENT',
    items,
    totalAmount: items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0),
    currency: products.get(attempt.lines[0]!.productId)!.currency,
    shippingAddress: null,
  };
  const limits = new Map<string, number>();
  for (const { id, terms } of products.values())
    if (terms.purchaseLimit !== null) limits.set(id, terms.purchaseLimit);
  return {
    order,
    requestHash: attempt.requestHash,
    limits,
    paymentTimeoutMs,
    span,
    begunAt: attempt.begunAt,
  };
}
