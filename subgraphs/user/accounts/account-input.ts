import { z } from 'zod';
import { line, postalAddress } from '../../../platform/text/text-input.ts';
import { inAscii } from '../../../platform/text/typed-signs.ts';

/** Validation of the fields of an account. Messages are shown to the person who typed the input. */

/** Addresses that differ only in case or in surrounding spaces are the same address. */
export const normaliseEmail = (address: string): string => address.trim().toLowerCase();

export const email = z
  .string()
  .transform(normaliseEmail)
  .pipe(z.email('Must be an e-mail address.').max(254, 'Must be at most 254 characters.'));

/** NFC, as it is hashed: keyboards compose the same characters differently. */
export const normalisePassword = (password: string): string => password.normalize('NFC');

export const password = z
  .string()
  .transform(normalisePassword)
  .pipe(z.string().min(10, 'Must be at least ten characters.').max(200, 'Must be at most 200 characters.'));

export const personName = line(100);

/** Groups of digits, each in brackets or not, and the usual separators. */
const PHONE_NUMBER = /^\+? ?(?:\(\+?\d[\d ]*\)|\d)(?:[ ./-]*(?:\(\d[\d ]*\)|\d))*$/;
const DIGITS = /^(?:\D*\d){5,25}\D*$/;
const LONGEST_PHONE_NUMBER = 30;

/** Kept as it is typed, but in ASCII. */
export const phoneNumber = z
  .string()
  .max(10 * LONGEST_PHONE_NUMBER, 'Must be a phone number, for example +82 10 1234 5678.')
  .transform(inAscii)
  .refine(
    (text) => text.length <= LONGEST_PHONE_NUMBER && PHONE_NUMBER.test(text) && DIGITS.test(text),
    'Must be a phone number, for example +82 10 1234 5678.',
  );

export const address = postalAddress;
