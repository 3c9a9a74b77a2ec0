import { deriveOrderId } from '../../subgraphs/order/orders/order-id.ts';
import type { StockLedger } from '../../subgraphs/order/testing/order-ledger.ts';
import type { StoredOrder, StoredPayment } from './stored-orders.ts';
import type { Call, History, PurchaseCall } from './history.ts';
import type { OnSale } from './products.ts';

/** What both stores, and the API, have of one product once nothing is in flight. */
export interface ProductAtRest extends Omit<OnSale, 'id'> {
  readonly mysql: StockLedger;
  readonly redis: { readonly total: number; readonly sold: number; readonly reserved: number };
  readonly shown: {
    readonly total: number;
    readonly sold: number;
    readonly reserved: number;
    readonly remaining: number;
  };
  /** Answer to one more purchase of one unit, by a user who holds none. */
  readonly nextPurchase: string;
  /** Whether only the workload has changed its total. */
  readonly isTotalKnown: boolean;
}

/** The payment provider's record of one payment. */
export interface Charge {
  readonly charges: number;
  readonly refunds: number;
}

/** The responses to clients, and the stored data. */
export interface Evidence extends Pick<History, 'purchases' | 'restocks' | 'others'> {
  readonly products: readonly ProductAtRest[];
  /** What MySQL had of the products at several instants before. */
  readonly samples: readonly StockLedger[];
  /** Of all buyers of the products, by id. */
  readonly orders: ReadonlyMap<string, StoredOrder>;
  readonly payments: readonly StoredPayment[];
  /** By payment. */
  readonly charges: ReadonlyMap<string, Charge>;
  /** Orders that were confirmed between these instants of `performance.now()` may be lost: by a fail-over to a replica that lacks them. */
  readonly mayBeLost: readonly [from: number, to: number] | null;
}

export const orderIdOf = ({ userId, key }: PurchaseCall): string => deriveOrderId(userId, key);

/** A refusal that is final for the attempts under its key that began before it. */
const FINAL_REFUSALS = new Set([
  'SoldOut',
  'SaleNotOpen',
  'SaleClosed',
  'PurchaseLimitExceeded',
  'ProductNotFound',
  'WishlistEmpty',
  'PurchaseAbandoned',
]);
const DEFINITE = new Set([
  ...FINAL_REFUSALS,
  'Busy',
  'RATE_LIMITED',
  'InvalidInput',
  'IdempotencyKeyReused',
  'connection: ECONNREFUSED',
]);

export const isFinalRefusal = ({ answer }: Call): boolean => FINAL_REFUSALS.has(answer);
/** Whether this attempt bought nothing. */
export const isDefiniteRefusal = ({ answer }: Call): boolean => DEFINITE.has(answer);

export function byKey<Made extends { readonly key: string }>(calls: readonly Made[]): Map<string, Made[]> {
  const keys = new Map<string, Made[]>();
  for (const made of calls) {
    const known = keys.get(made.key);
    if (known) known.push(made);
    else keys.set(made.key, [made]);
  }
  return keys;
}

export const isLossAllowed = ({ mayBeLost }: Evidence, { begunAt, endedAt }: Call): boolean =>
  mayBeLost !== null && endedAt >= mayBeLost[0] && begunAt <= mayBeLost[1];

/** Milliseconds since 1970. */
export const wallClock = (instant: number): number => performance.timeOrigin + instant;
