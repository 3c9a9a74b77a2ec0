import type { OrderStatus } from '../__generated__/resolvers-types.ts';

/** What is known of an order under its lock, by which its moves are judged. */
export interface OrderFacts {
  readonly status: OrderStatus;
  /** Its deadline has passed, by MySQL's clock. */
  readonly isDue: boolean;
  readonly hasAddress: boolean;
  /** A payment of it has succeeded, and is not owed back. */
  readonly isCharged: boolean;
}

/** Each precondition of a move has a name, by which refusals, logs and metrics tell it. */
const PRECONDITIONS = {
  /** The time to do it is not over. */
  inTime: ({ isDue }) => !isDue,
  /** The time for something else to be done is over. */
  due: ({ isDue }) => isDue,
  /** It is known where the order goes. */
  address: ({ hasAddress }) => hasAddress,
  charged: ({ isCharged }) => isCharged,
} satisfies Record<string, (facts: OrderFacts) => boolean>;

export type Precondition = keyof typeof PRECONDITIONS;

export const PRECONDITION_NAMES = Object.keys(PRECONDITIONS) as readonly Precondition[];

type TransitionsFrom = Readonly<Partial<Record<OrderStatus, readonly Precondition[]>>>;

/**
 * The one table of how an order may move on, and of what must be true of it then, whatever was done before. Whatever is not in it does
 * not happen: `transitionOrders` judges by it in the transaction of the status change.
 */
const TRANSITIONS: Readonly<Record<OrderStatus, TransitionsFrom>> = {
  PENDING_PAYMENT: { PAYING: ['inTime', 'address'], CANCELLED: [], EXPIRED: ['due'] },
  // Back when the payment is declined. EXPIRED when the provider has been silent for very long. No address is needed to be PAID: where
  // one is missing, since the payment began under an older release, the money is taken all the same, and shipping waits.
  PAYING: { PAID: ['charged'], PENDING_PAYMENT: [], CANCELLED: [], EXPIRED: ['due'] },
  PAID: { SHIPPED: ['due', 'charged', 'address'], CANCELLED: [] },
  SHIPPED: { DELIVERED: ['due'] },
  DELIVERED: { RETURN_REQUESTED: ['inTime'] },
  RETURN_REQUESTED: { RETURNED: ['due'] },
  RETURNED: {},
  CANCELLED: {},
  // The payment went through after all, and the units could be had again.
  EXPIRED: { PAID: ['charged'] },
};

export const canTransition = (from: OrderStatus, to: OrderStatus): boolean => TRANSITIONS[from][to] !== undefined;

/** @returns the first precondition of a move that the order does not meet; null when it meets all of them */
export const unmetPrecondition = (order: OrderFacts, to: OrderStatus): Precondition | null =>
  TRANSITIONS[order.status][to]?.find((name) => !PRECONDITIONS[name](order)) ?? null;

/** What an order does by itself when it is due. The end of the return window needs no move: it is looked at when asked. */
export const AUTOMATIC_TRANSITIONS = [
  ['PENDING_PAYMENT', 'EXPIRED'],
  ['PAYING', 'EXPIRED'],
  ['PAID', 'SHIPPED'],
  ['SHIPPED', 'DELIVERED'],
  ['RETURN_REQUESTED', 'RETURNED'],
] as const satisfies readonly (readonly [OrderStatus, OrderStatus])[];

const RELEASES_STOCK: ReadonlySet<OrderStatus> = new Set(['CANCELLED', 'EXPIRED', 'RETURNED']);

/** Whether the order's units are sold: to it, and to nobody else. */
export const holdsStock = (status: OrderStatus): boolean => !RELEASES_STOCK.has(status);
