import { z } from 'zod';

/** What the parts of an account may be. Each message is for the person who typed it. */

const CONTROL_CHARACTER = /\p{Cc}/u;

const text = (longest: number) =>
  z
    .string()
    .trim()
    .min(1, 'Must not be empty.')
    .max(longest, `Must be at most ${longest} characters.`)
    .refine((value) => !CONTROL_CHARACTER.test(value), 'Must not contain control characters.');

/** Addresses that differ in case or in surrounding spaces only are one address. */
export const normaliseEmail = (address: string): string => address.trim().toLowerCase();

export const email = z
  .string()
  .transform(normaliseEmail)
  .pipe(z.email('Must be an e-mail address.').max(254, 'Must be at most 254 characters.'));

export const password = z
  .string()
  .min(10, 'Must be at least ten characters.')
  .max(200, 'Must be at most 200 characters.');

export const personName = text(100);

export const phoneNumber = z
  .string()
  .trim()
  .regex(/^\+?\d[\d ()-]{4,24}$/, 'Must be a phone number, for example +82 10 1234 5678.');

export const address = z.object({
  postalCode: text(20),
  line1: text(200),
  line2: text(200)
    .or(z.string().trim().length(0))
    .nullish()
    .transform((line) => line || null),
});
