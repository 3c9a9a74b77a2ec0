import { hash } from 'node:crypto';

/** UUIDs are strings in lower case in the code and 16 bytes in the stores. What others send is read by `parseUuid`. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What may stand around one: `urn:uuid:` (RFC 9562, section 4), or braces, as Windows writes it. */
const WRAPPED = /^(?:urn:uuid:(?<urn>.+)|\{(?<braced>.+)\})$/i;

const WITHOUT_DASHES = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/**
 * Reads an id that a client sent: digits in upper or lower case, with the four dashes or without any, also as a URN or in braces. Every
 * id from outside goes through here, so that keys of memories, of Redis and of batches are the same for every spelling, and answers have
 * the canonical one.
 *
 * @returns the UUID in lower case; null for anything else
 */
export function parseUuid(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const { urn, braced } = WRAPPED.exec(text)?.groups ?? {};
  const uuid = (urn ?? braced ?? text).toLowerCase().replace(WITHOUT_DASHES, '$1-$2-$3-$4-$5');
  return isUuid(uuid) ? uuid : null;
}

/** Whether it is a UUID as the code writes it. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** Whether it is one of version 8, as `uuidOfHash` makes them. */
export const isHashUuid = (uuid: string): boolean => uuid.charAt(14) === '8';

/** The first 16 bytes of SHA-256 of a text, marked as a UUID of version 8 (RFC 9562, 5.8). */
export function uuidOfHash(text: string): string {
  // One call: `createHash`, with an object for each hash, costs four times as much.
  const hex = hash('sha256', text, 'hex');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Its 32 digits. By slices: a regular expression or `replaceAll` costs two and a half times as much. */
export const hexOfUuid = (uuid: string): string =>
  uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);

export const uuidToBytes = (uuid: string): Buffer => Buffer.from(hexOfUuid(uuid), 'hex');

export function bytesToUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** For TypeORM columns of type `binary(16)` that are UUIDs in the code. */
export const uuidColumn = {
  to: (uuid: string | null | undefined): Buffer | null | undefined =>
    uuid ? uuidToBytes(uuid) : (uuid as null | undefined),
  from: (bytes: Buffer | null): string | null => (bytes ? bytesToUuid(bytes) : null),
};
