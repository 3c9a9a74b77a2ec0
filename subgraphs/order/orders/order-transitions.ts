import type { OrderStatus } from '../__generated__/resolvers-types.ts';

/** What is known of an order under its lock: its transitions are checked against this. */
export interface OrderFacts {
  readonly status: OrderStatus;
  /** Its deadline has passed, by MySQL's clock. */
  readonly isDue: boolean;
  readonly hasAddress: boolean;
  /** A payment of it has succeeded, and is not to be refunded. */
  readonly isCharged: boolean;
}

/** Each precondition of a transition has a name, which refusals, logs and metrics use. */
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
 * The state machine of orders: by status, the statuses that an order can change to, and the preconditions of each transition. It is the
 * only table, and `transitionOrders` checks it in the transaction of the status change.
 */
const TRANSITIONS: Readonly<Record<OrderStatus, TransitionsFrom>> = {
  PENDING_PAYMENT: { PAYING: ['inTime', 'address'], CANCELLED: [], EXPIRED: ['due'] },
  // Back when the payment is declined. EXPIRED when the provider has not answered for very long. PAID needs no address: where one is
  // missing, since the payment began under an older release, the payment counts all the same, and shipping waits.
  PAYING: { PAID: ['charged'], PENDING_PAYMENT: [], CANCELLED: [], EXPIRED: ['due'] },
  PAID: { SHIPPED: ['due', 'charged', 'address'], CANCELLED: [] },
  SHIPPED: { DELIVERED: ['due'] },
  DELIVERED: { RETURN_REQUESTED: ['inTime'] },
  RETURN_REQUESTED: { RETURNED: ['due'] },
  RETURNED: {},
  CANCELLED: {},
  // The payment succeeded after all, and the units could be reacquired.
  EXPIRED: { PAID: ['charged'] },
};

export const canTransition = (from: OrderStatus, to: OrderStatus): boolean =>
  TRANSITIONS[from][to] !== undefined;

/** @returns the first precondition of a transition that the order does not meet; null when it meets all of them */
export const unmetPrecondition = (order: OrderFacts, to: OrderStatus): Precondition | null =>
  TRANSITIONS[order.status][to]?.find((name) => !PRECONDITIONS[name](order)) ?? null;

/** The transitions that the sweeper makes when an order is due. The end of the return window needs none: requests check it. */
export const AUTOMATIC_TRANSITIONS = [
  ['PENDING_PAYMENT', 'EXPIRED'],
  ['PAYING', 'EXPIRED'],
  ['PAID', 'SHIPPED'],
  ['SHIPPED', 'DELIVERED'],
  ['RETURN_REQUESTED', 'RETURNED'],
] as const satisfies readonly (readonly [OrderStatus, OrderStatus])[];

const RELEASES_STOCK: ReadonlySet<OrderStatus> = new Set(['CANCELLED', 'EXPIRED', 'RETURNED']);

/** Whether the order's units count as sold. */
export const holdsStock = (status: OrderStatus): boolean => !RELEASES_STOCK.has(status);
