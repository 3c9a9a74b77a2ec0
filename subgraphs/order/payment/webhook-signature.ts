import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Milliseconds before or after now in which the timestamp of an event is accepted. */
type Tolerance = number;

const BASE64_SECRET = 'whsec_';
const VERSION = 'v1,';
/** Of the key that a base64 secret holds, as Standard Webhooks has it. */
const SHORTEST_KEY_BYTES = 24;
/** Of a secret that is the key itself. */
const SHORTEST_TEXT = 32;
/** Signatures that are compared at the most; a provider sends two while its secret is changed. */
const MOST_SIGNATURES = 8;

/**
 * Verifies an event as Standard Webhooks has it: `webhook-signature` holds one signature or more of `<webhook-id>.<webhook-timestamp>.<body>`,
 * HMAC-SHA-256 in base64 behind `v1,`. The time is signed, so a recorded event is accepted within the tolerance only.
 *
 * @param body exactly as it came: text that was read as UTF-8 and was UTF-8 has the same bytes
 * @param secrets any of them is accepted, so that a secret can be changed without a pause
 */
export function isSigned(
  headers: IncomingHttpHeaders,
  body: string,
  secrets: readonly string[],
  toleranceMs: Tolerance,
  now = Date.now(),
): boolean {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`webhook-${name}`],
  );
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1_000) > toleranceMs) return false;
  const given = signatures
    .split(' ', MOST_SIGNATURES)
    .filter((signature) => signature.startsWith(VERSION))
    .map((signature) => Buffer.from(signature.slice(VERSION.length), 'base64'));
  const expected = secrets.map((secret) => signatureOf(secret, { id, timestamp, body }));
  return given.some((one) => expected.some((other) => isEqual(one, other)));
}

export interface SignedContent {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: string;
  readonly body: string;
}

/**
 * Whether a secret gives a key that cannot be guessed. What is no base64 is decoded in part or to nothing by Node, so a secret that
 * was cut or mistyped would sign with a key that anyone can guess.
 */
export function isWebhookSecret(secret: string): boolean {
  if (!secret.startsWith(BASE64_SECRET)) return secret.length >= SHORTEST_TEXT;
  const encoded = secret.slice(BASE64_SECRET.length);
  const key = Buffer.from(encoded, 'base64');
  const isWhole = key.toString('base64').replace(/=+$/, '') === encoded.replace(/={1,2}$/, '');
  return isWhole && encoded.length % 4 !== 1 && key.length >= SHORTEST_KEY_BYTES;
}

export function signatureOf(secret: string, { id, timestamp, body }: SignedContent): Buffer {
  const key = secret.startsWith(BASE64_SECRET)
    ? Buffer.from(secret.slice(BASE64_SECRET.length), 'base64')
    : Buffer.from(secret);
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
}

const isEqual = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other);
