import { createHash } from 'node:crypto';
import { bytesToUuid } from '../../../platform/uuid.ts';

/**
 * The order that a key of a user stands for: the first 16 bytes of SHA-256(user id, 0, key), marked as a UUID of version 8
 * (RFC 9562, 5.8). A retry knows its order without a look-up, and the primary key is the only unique key there is.
 */
export const deriveOrderId = (userId: string, idempotencyKey: string): string =>
  deriveId(userId, idempotencyKey);

/** The movement that a restock's key stands for, in the same way. */
export const deriveMovementId = (userId: string, idempotencyKey: string): string =>
  deriveId('restock', userId, idempotencyKey);

function deriveId(...parts: string[]): string {
  const bytes = createHash('sha256').update(parts.join('\0')).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytesToUuid(bytes);
}

/** What the key of a checkout was used for. Not what is on the wishlist: that is gone by the time of a retry. */
export const CHECKOUT_HASH = createHash('sha256').update('checkout of the wishlist').digest().subarray(0, 16);

/** What a key was used for, in 16 bytes: the same key for anything else is refused. */
export function hashRequest(
  lines: readonly { readonly productId: string; readonly quantity: number }[],
): Buffer {
  const text = lines
    .map(({ productId, quantity }) => `${productId} ${quantity}`)
    .sort()
    .join('\n');
  return createHash('sha256').update(text).digest().subarray(0, 16);
}
