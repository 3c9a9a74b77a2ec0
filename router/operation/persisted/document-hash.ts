import { createHash } from 'node:crypto';

/** @returns the name of a document: the SHA-256 of its text as it is sent, in lower-case hexadecimal */
export const documentHash = (source: string): string => createHash('sha256').update(source).digest('hex');

const HASH = /^[0-9a-f]{64}$/i;

export const isDocumentHash = (value: unknown): value is string =>
  typeof value === 'string' && HASH.test(value);
