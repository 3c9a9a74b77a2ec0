import { z } from 'zod';
import { parseUuid } from '../../../platform/uuid.ts';

/** The checks of what a buyer sends. Each says what would be right. */

export const idempotencyKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,64}$/, 'An idempotency key has 16 to 64 characters of A-Z a-z 0-9 _ -.');

export const productId = z
  .string()
  .transform(parseUuid)
  .refine((id) => id !== null, { error: 'A product id is a UUID.' });

/** More than a buyer means, and small enough that no sum of such overflows. */
export const LARGEST_QUANTITY = 1_000_000;

export const quantity = z
  .int('A quantity is a whole number.')
  .min(1, 'A quantity is at least 1.')
  .max(LARGEST_QUANTITY, `A quantity is at most ${LARGEST_QUANTITY}.`);

export const purchaseInput = z.object({ productId, quantity, idempotencyKey });
