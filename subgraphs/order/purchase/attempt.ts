import { deriveOrderId, hashRequest } from '../orders/order-id.ts';

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
   * When the caller is told `OutcomeUnknown`, of `performance.now()`. Nothing may be admitted for this attempt after
   * that: a later attempt may have been told a final no by then.
   */
  readonly deadline: number;
}

export function newAttempt(
  userId: string,
  idempotencyKey: string,
  lines: readonly Line[],
  patienceMs: number,
): Attempt {
  return {
    userId,
    orderId: deriveOrderId(userId, idempotencyKey),
    requestHash: hashRequest(lines),
    lines: [...lines].sort((a, b) => (a.productId < b.productId ? -1 : 1)),
    deadline: performance.now() + patienceMs,
  };
}
