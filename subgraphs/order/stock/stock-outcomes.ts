import type { Span } from '../../../platform/observability/span.ts';

/** The outcomes of the stock service, and the one table in which the reply codes of its scripts are decoded. */

/** A reservation, by the epoch and sequence number that the order's item is stamped with. */
export interface Reservation {
  readonly productId: string;
  readonly orderId: string;
  readonly epoch: number;
  readonly seq: number;
}

/** What a purchase needs of a product. */
export interface ReserveRequest {
  readonly orderId: string;
  readonly userId: string;
  readonly quantity: number;
  /** Not admitted after this, in milliseconds of this process's monotonic clock (`performance.now()`). */
  readonly deadline: number;
  /** When the attempt began, of the same clock; now, unless given. A refusal that was given later binds it. */
  readonly startedAt?: number;
  /** It is not admitted, unless it was before. */
  readonly onlyResumes?: boolean;
  readonly span?: Span;
}

/** The terms of a sale, as the product subgraph has them. Times in milliseconds since 1970. */
export interface SaleTerms {
  readonly opensAt: number;
  readonly closesAt: number | null;
  readonly withdrawn: boolean;
  readonly purchaseLimit: number | null;
}

export type ReserveOutcome =
  | { readonly kind: 'reserved'; readonly reservation: Reservation }
  /** The key is known: MySQL has its order or its tombstone. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'otherQuantity' }
  | Refusal
  | { readonly kind: 'tooLate' }
  /** A later attempt under the same key was refused for good. */
  | { readonly kind: 'superseded' }
  /** It was not admitted before, and was not to be now. */
  | { readonly kind: 'notAdmitted' }
  /** `minEpoch`: of the epochs before it is known that they cannot be sold from. */
  | { readonly kind: 'notReady'; readonly minEpoch?: number }
  /** Redis did not answer; the purchase may have been admitted. */
  | { readonly kind: 'unanswered' };

/** By Redis alone, which may have lost the key or never had it: MySQL may have an order under it. */
export type Refusal =
  | { readonly kind: 'notOpen'; readonly now: number }
  | { readonly kind: 'closed' }
  | { readonly kind: 'overLimit'; readonly held: number }
  | SoldOut;

/** Fewer units are left than requested, by Redis's numbers of this epoch. */
export interface SoldOut {
  readonly kind: 'soldOut';
  readonly epoch: number;
  readonly remaining: number;
}

const REFUSALS: Record<Refusal['kind'], true> = {
  notOpen: true,
  closed: true,
  overLimit: true,
  soldOut: true,
};

export const isRefusal = (outcome: ReserveOutcome): outcome is Refusal => outcome.kind in REFUSALS;

interface ReplyContext {
  readonly productId: string;
  readonly orderId: string;
  readonly epoch: number;
  readonly now: number;
}

/** The codes of `reserve-8.lua`. */
const RESERVE_CODES: Record<number, (detail: number, context: ReplyContext) => ReserveOutcome> = {
  1: reserved,
  2: reserved,
  3: () => ({ kind: 'settled' }),
  4: () => ({ kind: 'otherQuantity' }),
  5: () => ({ kind: 'tooLate' }),
  6: (_, { now }) => ({ kind: 'notOpen', now }),
  7: () => ({ kind: 'closed' }),
  8: (held) => ({ kind: 'overLimit', held }),
  9: (remaining, { epoch }) => ({ kind: 'soldOut', epoch, remaining }),
  10: () => ({ kind: 'superseded' }),
  11: () => ({ kind: 'notAdmitted' }),
};

function reserved(seq: number, { productId, orderId, epoch }: ReplyContext): ReserveOutcome {
  return { kind: 'reserved', reservation: { productId, orderId, epoch, seq } };
}

export function reserveOutcome(code: number, detail: number, context: ReplyContext): ReserveOutcome {
  const outcome = RESERVE_CODES[code];
  if (!outcome) throw new Error(`reserve answered with code ${code}, which means nothing`);
  return outcome(detail, context);
}

/** The codes of `applyMovement-4.lua`: whether the movement is in Redis's numbers, one way or another. */
export const isMovementCounted = (code: number): boolean => code !== 0;

/** The reply of the scripts that check the gate (`lua/include/current-epoch.lua`), decoded here and nowhere else. */
export type GateReply =
  | { readonly state: 'notReady' }
  | { readonly state: 'otherEpoch'; readonly epoch: number }
  | { readonly state: 'ready'; readonly now: number; readonly rest: readonly (number | string)[] };

export function gateReply(reply: unknown): GateReply {
  const [now, state, ...rest] = reply as [number, number, ...(number | string)[]];
  if (state === 0) return { state: 'notReady' };
  if (state === 1) return { state: 'otherEpoch', epoch: Number(rest[0]) };
  return { state: 'ready', now, rest };
}
