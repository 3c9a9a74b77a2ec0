import { invalidInput, type InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { PayInput } from '../__generated__/resolvers-types.ts';
import type { OrderContext } from '../context.ts';
import { findOwnOrder } from '../orders/find-order.ts';
import type { Order } from '../orders/order.ts';
import {
  invalidOrderStatus,
  orderNotFound,
  type InvalidOrderStatus,
  type OrderNotFound,
  type ShippingAddressRequired,
} from '../orders/refusals.ts';

export type PayOutcome =
  | { readonly __typename: 'PaymentAccepted'; readonly order: Order }
  | { readonly __typename: 'PaymentDeclined'; readonly message: string; readonly order: Order }
  | ShippingAddressRequired
  | OrderNotFound
  | InvalidOrderStatus
  | InvalidInput;

/** The `pay` mutation. Only the provider decides whether an order is paid. */
export async function pay(input: PayInput, context: OrderContext): Promise<PayOutcome> {
  const { payments } = context.services;
  if (!payments.recognises(input.paymentToken)) {
    return invalidInput([
      { path: 'paymentToken', message: 'The payment provider does not know this token.' },
    ]);
  }
  const order = await findOwnOrder(input.orderId, context);
  if (!order) return orderNotFound;

  const begun = await payments.begin(order.id);
  if (begun.kind === 'refused') return invalidOrderStatus(begun.status);
  if (begun.result === 'addressMissing') {
    return {
      __typename: 'ShippingAddressRequired',
      message: 'It is not known where the order goes: say so by preparePayment first.',
    };
  }
  if (begun.result === 'tooManyAttempts') {
    return {
      __typename: 'PaymentDeclined',
      message:
        'Too many payments for this order were declined. It cannot be paid any more, and expires when it is due.',
      order,
    };
  }
  const { kind } = await payments.charge(begun.result, input.paymentToken);
  return toAnswer(kind, (await findOwnOrder(order.id, context))!);
}

/** What became of the order meanwhile counts: another request or job may have resolved, cancelled or expired it. */
function toAnswer(charge: 'succeeded' | 'declined' | 'unanswered', order: Order): PayOutcome {
  if (charge === 'declined' || order.status === 'PENDING_PAYMENT') {
    return {
      __typename: 'PaymentDeclined',
      message: 'The payment was declined. The order can be paid until it is due.',
      order,
    };
  }
  switch (order.status) {
    case 'CANCELLED':
    case 'EXPIRED':
      return invalidOrderStatus(order.status);
    default:
      return { __typename: 'PaymentAccepted', order };
  }
}
