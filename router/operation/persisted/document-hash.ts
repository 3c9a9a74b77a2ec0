import { createHash } from 'node:crypto';

/** @returns the name of a document: the SHA-256 of its text as it is sent, in lower-case hexadecimal */
export const documentHash = (source: string): string => createHash('sha256').update(source).digest('hex');

const HASH = /^[0-9a-f]{64}$/;
/** As GraphQL over HTTP writes it (appendix "Persisted Documents"), and without the prefix, as Apollo's clients do. */
const WRITTEN_HASH = /^(?:sha256:)?([0-9a-f]{64})$/i;
/** Any other id has a meaning in a manifest only: another hash, or a name. */
const OTHER_ID = /^[\x21-\x7e]{1,256}$/;

export const isDocumentHash = (id: string): boolean => HASH.test(id);

/** @returns the id of a document, of a SHA-256 the digits in lower case alone; null for what could not be one */
export function readDocumentId(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const [, hash] = WRITTEN_HASH.exec(value) ?? [];
  if (hash !== undefined) return hash.toLowerCase();
  return OTHER_ID.test(value) ? value : null;
}
