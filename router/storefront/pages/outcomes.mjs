/**
 * Every answer of `purchase`, and what it is for the buyer: `good`, `bad`, or `wait` for those that are not final, which are
 * retried under the same key. The words are `<name>.title` and `<name>.text` in `words.mjs`. A client that is generated
 * from the schema gets this list checked by its compiler.
 */
export const tones = {
  PurchaseConfirmed: 'good',
  SoldOut: 'bad',
  SaleNotOpen: 'bad',
  SaleClosed: 'bad',
  PurchaseLimitExceeded: 'bad',
  ProductNotFound: 'bad',
  WishlistEmpty: 'bad',
  InvalidInput: 'bad',
  IdempotencyKeyReused: 'bad',
  PurchaseAbandoned: 'bad',
  Busy: 'wait',
  OutcomeUnknown: 'wait',
  // Faults: the request as a whole has failed.
  FORBIDDEN: 'bad',
  BAD_REQUEST: 'bad',
  UNAUTHENTICATED: 'wait',
  NO_ANSWER: 'wait',
};

/** What the fault of a purchase means for the buyer. Any other code leaves open what happened. */
export const faults = {
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  BAD_REQUEST: 'BAD_REQUEST',
  UNKNOWN_OPERATION: 'BAD_REQUEST',
  // The router refuses these before anything is bought.
  RATE_LIMITED: 'Busy',
};

const SAY_NOTHING_OF_EARLIER_TRIES = ['FORBIDDEN', 'BAD_REQUEST'];

/**
 * The shop's answers are final for the key, whatever happened to earlier tries. A refusal of the request is not: while an earlier
 * try is uncertain, the wish goes on.
 */
export const isFinal = ({ __typename }, { isUncertain }) =>
  tones[__typename] !== 'wait' && !(isUncertain && SAY_NOTHING_OF_EARLIER_TRIES.includes(__typename));
