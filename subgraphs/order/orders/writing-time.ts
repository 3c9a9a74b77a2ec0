/**
 * How long after its attempt began an order may be written, in milliseconds. Far longer than any purchase waits; it limits
 * a process that was frozen or suspended with an admitted purchase. The tombstone of that purchase is kept for longer
 * (`shortestRetention`), so that at any moment one of the two keeps the order from being written.
 */
export const WRITING_TIME_MS = 600_000;

export const isTooOldToWrite = ({ begunAt }: { readonly begunAt?: number }): boolean =>
  begunAt !== undefined && Date.now() - begunAt > WRITING_TIME_MS;

/**
 * How long a tombstone has to be kept at least, in milliseconds: until no attempt that began before it can be written, six times over,
 * for clocks, transactions that end late, and requests on their way.
 */
export const shortestRetention = (purchaseTimeoutMs: number, reservationTimeoutMs: number): number =>
  6 * (WRITING_TIME_MS + purchaseTimeoutMs + reservationTimeoutMs);
