import { hash } from 'node:crypto';
import { isHashUuid, isUuid, uuidOfHash } from '../../../platform/uuid.ts';

/**
 * The order that a key of a user stands for: the first 16 bytes of SHA-256(user id, 0, key), marked as a UUID of version 8
 * (RFC 9562, 5.8). A retry knows its order without a look-up, and the primary key is the only unique key there is.
 */
export const deriveOrderId = (userId: string, idempotencyKey: string): string =>
  deriveId(userId, idempotencyKey);

/** @returns false for what is no id of an order */
export const mayBeOrderId = isHashUuid;

/** The movement that a restock's key stands for, in the same way. */
export const deriveMovementId = (userId: string, idempotencyKey: string): string =>
  deriveId('restock', userId, idempotencyKey);

/**
 * The separator is part of what is stored: another way to join would give the keys of orders that exist to other orders. So
 * parts are kept from running into each other by what they may have: a user id is a UUID, a key has letters, digits, `_` and `-`.
 *
 * @throws for a part with the separator in it, which neither has
 */
function deriveId(...parts: string[]): string {
  if (parts.some((part) => part.includes('\0'))) throw new Error('A part of an id has the separator in it.');
  return uuidOfHash(parts.join('\0'));
}

/** What the key of a checkout was used for. Not what is on the wishlist: that is gone by the time of a retry. */
export const CHECKOUT_HASH = first16BytesOfHash('checkout of the wishlist');

/**
 * What a key was used for, in 16 bytes: the same key for anything else is refused. Stored with the order, so its format stays; a
 * product id is a UUID, so that two requests have the same text only if they buy the same.
 *
 * @throws for what is no UUID
 */
export function hashRequest(
  lines: readonly { readonly productId: string; readonly quantity: number }[],
): Buffer {
  if (!lines.every(({ productId }) => isUuid(productId))) throw new Error('A product id is not a UUID.');
  const text = lines
    .map(({ productId, quantity }) => `${productId} ${quantity}`)
    .sort()
    .join('\n');
  return first16BytesOfHash(text);
}

function first16BytesOfHash(text: string): Buffer {
  return Buffer.from(hash('sha256', text, 'hex').slice(0, 32), 'hex');
}
