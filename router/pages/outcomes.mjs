import { moment, units } from './words.mjs';

/**
 * Every answer of `purchase`, in words. `tone` is `good`, `bad`, or `wait` for the two that are not final: those are asked
 * again under the same key. A client that is generated from the schema gets this list checked by its compiler.
 */
export const outcomes = {
  PurchaseConfirmed: ({ replayed }) => ({
    tone: 'good',
    title: 'It is yours.',
    text: replayed
      ? 'This purchase had been made already; there is one order, not two.'
      : 'The order is written down and will not be lost. Pay for it before it is due.',
  }),
  SoldOut: () => ({
    tone: 'bad',
    title: 'Sold out.',
    text: 'Nothing was bought. A cancelled or unpaid order may bring some back: the number above is live.',
  }),
  SaleNotOpen: ({ opensAt }) => ({
    tone: 'bad',
    title: 'The sale is not open yet.',
    text: `Nothing was bought. It opens on ${moment(opensAt)}.`,
  }),
  SaleClosed: ({ closedAt }) => ({
    tone: 'bad',
    title: 'The sale is over.',
    text: closedAt ? `Nothing was bought. It closed on ${moment(closedAt)}.` : 'The product was withdrawn.',
  }),
  PurchaseLimitExceeded: ({ limit, alreadyHeld }) => ({
    tone: 'bad',
    title: 'That would be more than one buyer may have.',
    text: `Nothing was bought. Each buyer may hold ${units(limit)}; you hold ${units(alreadyHeld)}.`,
  }),
  ProductNotFound: () => ({ tone: 'bad', title: 'There is no such product.', text: 'Nothing was bought.' }),
  WishlistEmpty: () => ({
    tone: 'bad',
    title: 'There is nothing on the wishlist.',
    text: 'Nothing was bought.',
  }),
  InvalidInput: ({ problems }) => ({
    tone: 'bad',
    title: 'The shop did not accept that.',
    text: `Nothing was bought. ${problems.map(({ message }) => message).join(' ')}`,
  }),
  IdempotencyKeyReused: () => ({
    tone: 'bad',
    title: 'This attempt was used for something else.',
    text: 'Nothing was bought. Press the button again for a new one.',
  }),
  PurchaseAbandoned: () => ({
    tone: 'bad',
    title: 'Given up.',
    text: 'Nothing was bought, nor will be by this attempt. Press the button again for a new one.',
  }),
  Busy: () => ({
    tone: 'wait',
    title: 'So many at once.',
    text: 'Nothing was bought yet. Your attempt is asked again by itself, under the same key.',
  }),
  OutcomeUnknown: () => ({
    tone: 'wait',
    title: 'No answer yet.',
    text: 'It may or may not have been bought. The same key is asked again until that is certain; it cannot buy twice.',
  }),
};

/** Faults, in the few words that a buyer can use; what is not here may have happened and is asked again. */
export const faults = {
  UNAUTHENTICATED: {
    tone: 'wait',
    title: 'Sign in again.',
    text: 'Your attempt is kept, and goes on afterwards.',
  },
  FORBIDDEN: { tone: 'bad', title: 'This account may not buy.', text: 'Nothing was bought.' },
  BAD_REQUEST: { tone: 'bad', title: 'The shop did not understand that.', text: 'Nothing was bought.' },
};

/** For a connection that was lost, or a fault that leaves open what happened. */
export const noAnswer = {
  tone: 'wait',
  title: 'The shop does not answer.',
  text: 'It may or may not have been bought. The same key is asked again until that is certain; it cannot buy twice.',
};
