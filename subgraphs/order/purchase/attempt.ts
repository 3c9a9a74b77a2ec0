import { NO_SPAN, type Span } from '../../../platform/observability/span.ts';
import { CHECKOUT_HASH, deriveOrderId, hashRequest } from '../orders/order-id.ts';

export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

/** One try to buy, under one key. */
export interface Attempt {
  readonly userId: string;
  readonly orderId: string;
  readonly requestHash: Buffer;
  /** By product id, so that two attempts take what they need in the same order. */
  readonly lines: readonly Line[];
  /**
   * When the caller gets `OutcomeUnknown`, of `performance.now()`. Nothing may be admitted for this attempt after
   * that: a later attempt may have got a final refusal by then.
   */
  readonly deadline: number;
  /**
   * When the request reached the system, of `performance.now()`: at the router, which may be long before it reached this process.
   * A definite refusal under the same key that was given later binds this attempt.
   */
  readonly startedAt: number;
  /** Of `Date.now()`, which continues while a machine is suspended. */
  readonly begunAt: number;
  /** The span of the caller's request. */
  readonly span: Span;
}

/** @param ageMs how long ago the request reached the system, in milliseconds */
export const newAttempt = (
  userId: string,
  idempotencyKey: string,
  lines: readonly Line[],
  timeoutMs: number,
  span: Span = NO_SPAN,
  ageMs = 0,
): Attempt => withLines(begin(userId, idempotencyKey, hashRequest(lines), timeoutMs, span, ageMs), lines);

/** A checkout of the wishlist: what it buys is read after its timeout has begun to run. */
export const newCheckout = (
  userId: string,
  idempotencyKey: string,
  timeoutMs: number,
  span: Span = NO_SPAN,
  ageMs = 0,
): Omit<Attempt, 'lines'> => begin(userId, idempotencyKey, CHECKOUT_HASH, timeoutMs, span, ageMs);

export const withLines = (attempt: Omit<Attempt, 'lines'>, lines: readonly Line[]): Attempt => ({
  ...attempt,
  lines: lines.length < 2 ? lines : [...lines].sort((a, b) => (a.productId < b.productId ? -1 : 1)),
});

const begin = (
  userId: string,
  idempotencyKey: string,
  requestHash: Buffer,
  timeoutMs: number,
  span: Span,
  ageMs: number,
): Omit<Attempt, 'lines'> => ({
  userId,
  orderId: deriveOrderId(userId, idempotencyKey),
  requestHash,
  deadline: performance.now() + timeoutMs,
  startedAt: performance.now() - ageMs,
  begunAt: Date.now(),
  span,
});
