import type { OrderStatus } from '../__generated__/resolvers-types.ts';

/** The one table of how an order may move on. Whatever is not in it does not happen. */
const MOVES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING_PAYMENT: ['PAYING', 'CANCELLED', 'EXPIRED'],
  // Back when the payment is declined. EXPIRED when the provider has been silent for very long.
  PAYING: ['PAID', 'PENDING_PAYMENT', 'CANCELLED', 'EXPIRED'],
  PAID: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['DELIVERED'],
  DELIVERED: ['RETURN_REQUESTED'],
  RETURN_REQUESTED: ['RETURNED'],
  RETURNED: [],
  CANCELLED: [],
  // The payment went through after all, and the units could be had again.
  EXPIRED: ['PAID'],
};

export const mayMove = (from: OrderStatus, to: OrderStatus): boolean => MOVES[from].includes(to);

/** What an order does by itself when it is due. The end of the return window needs no move: it is looked at when asked. */
export const BY_ITSELF = [
  ['PENDING_PAYMENT', 'EXPIRED'],
  ['PAYING', 'EXPIRED'],
  ['PAID', 'SHIPPED'],
  ['SHIPPED', 'DELIVERED'],
  ['RETURN_REQUESTED', 'RETURNED'],
] as const satisfies readonly (readonly [OrderStatus, OrderStatus])[];

const LETS_GO: ReadonlySet<OrderStatus> = new Set(['CANCELLED', 'EXPIRED', 'RETURNED']);

/** Whether the order's units are sold: to it, and to nobody else. */
export const holdsStock = (status: OrderStatus): boolean => !LETS_GO.has(status);
