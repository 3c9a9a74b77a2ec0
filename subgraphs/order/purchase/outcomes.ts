import type { InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { Order } from '../orders/order.ts';

/** The answers that a purchase can have: the members of `PurchaseResult`. */
export type PurchaseOutcome =
  | PurchaseConfirmed
  | { readonly __typename: 'SoldOut'; readonly message: string; readonly productId: string }
  | {
      readonly __typename: 'SaleNotOpen';
      readonly message: string;
      readonly opensAt: Date;
      readonly serverTime: Date;
    }
  | { readonly __typename: 'SaleClosed'; readonly message: string; readonly closedAt: Date | null }
  | {
      readonly __typename: 'PurchaseLimitExceeded';
      readonly message: string;
      readonly limit: number;
      readonly alreadyHeld: number;
    }
  | { readonly __typename: 'ProductNotFound'; readonly message: string }
  | { readonly __typename: 'WishlistEmpty'; readonly message: string }
  | { readonly __typename: 'IdempotencyKeyReused'; readonly message: string }
  | { readonly __typename: 'Busy'; readonly message: string; readonly retryAfterMs: number }
  | PurchaseAbandoned
  | OutcomeUnknown
  | InvalidInput;

export interface PurchaseConfirmed {
  readonly __typename: 'PurchaseConfirmed';
  readonly order: Order;
  readonly replayed: boolean;
}

export interface PurchaseAbandoned {
  readonly __typename: 'PurchaseAbandoned';
  readonly message: string;
}

export interface OutcomeUnknown {
  readonly __typename: 'OutcomeUnknown';
  readonly message: string;
  readonly retryAfterMs: number;
}

const RETRY_AFTER_MS = 500;
/** Where an account has to wait until something of its own is forgotten. */
const LATER_MS = 60_000;

export const confirmed = (order: Order, replayed: boolean): PurchaseConfirmed => ({
  __typename: 'PurchaseConfirmed',
  order,
  replayed,
});

export const soldOut = (productId: string): PurchaseOutcome => ({
  __typename: 'SoldOut',
  message: 'There are not enough units left.',
  productId,
});

/** To a buyer, no unit is left; the message distinguishes it from a sale that is sold out. */
export const notStocked = (productId: string): PurchaseOutcome => ({
  __typename: 'SoldOut',
  message: 'There is no stock of this product yet.',
  productId,
});

export const saleNotOpen = (opensAt: number, now: number): PurchaseOutcome => ({
  __typename: 'SaleNotOpen',
  message: 'The sale has not opened yet.',
  opensAt: new Date(opensAt),
  serverTime: new Date(now),
});

export const saleClosed = (closedAt: number | null): PurchaseOutcome => ({
  __typename: 'SaleClosed',
  message: closedAt === null ? 'The product is not on sale any more.' : 'The sale is over.',
  closedAt: closedAt === null ? null : new Date(closedAt),
});

export const limitExceeded = (limit: number, alreadyHeld: number): PurchaseOutcome => ({
  __typename: 'PurchaseLimitExceeded',
  message: `One buyer may hold ${limit} of this product.`,
  limit,
  alreadyHeld,
});

export const productNotFound = {
  __typename: 'ProductNotFound',
  message: 'There is no such product.',
} as const;

export const wishlistEmpty = {
  __typename: 'WishlistEmpty',
  message: 'There is nothing on the wishlist.',
} as const;

export const keyReused = {
  __typename: 'IdempotencyKeyReused',
  message: 'This key was used before for another product or quantity.',
} as const;

export const abandoned: PurchaseAbandoned = {
  __typename: 'PurchaseAbandoned',
  message:
    'The attempt under this key was given up and will never become an order. Try again under a new key.',
};

export const busy: PurchaseOutcome = {
  __typename: 'Busy',
  message:
    'There is too much to do at the moment. This attempt bought nothing; try again under the same key.',
  retryAfterMs: RETRY_AFTER_MS,
};

export const tooManyCheckouts: PurchaseOutcome = {
  __typename: 'Busy',
  message:
    'This account has begun too many checkouts within a day. This attempt bought nothing; try again later.',
  retryAfterMs: LATER_MS,
};

export const tooManyAbandoned: OutcomeUnknown = {
  __typename: 'OutcomeUnknown',
  message:
    'This account has given up too many purchases lately, so nothing was settled. Abandon it later, or purchase under the same key.',
  retryAfterMs: LATER_MS,
};

export const unknown: OutcomeUnknown = {
  __typename: 'OutcomeUnknown',
  message: 'It may or may not have been bought. Ask again under the same key, or abandon it.',
  retryAfterMs: RETRY_AFTER_MS,
};

/** Whether the outcome leaves open what becomes of the key: neither an order nor a definite refusal. */
export const mayStillBuy = ({ __typename }: PurchaseOutcome): boolean =>
  __typename === 'Busy' || __typename === 'OutcomeUnknown';

const SETTLED = ['PurchaseConfirmed', 'PurchaseAbandoned', 'IdempotencyKeyReused'];

/** A definite refusal that uses no key up: the same key may buy at another time. */
export const isRefusal = (outcome: PurchaseOutcome): boolean =>
  !mayStillBuy(outcome) && !SETTLED.includes(outcome.__typename);
