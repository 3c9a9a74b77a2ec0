import { isHashUuid, isUuid, uuidOfHash } from '../../uuid.ts';

/**
 * Ids in tokens of any shape, as ids that are used here. Users are UUIDs in keys, headers and SQL; a subject that is none is mapped to
 * one of version 8, by its issuer, so that no issuer can name the users of another.
 */

/**
 * - `uuids`: of this system itself: anything but a UUID is refused.
 * - `kept`: the first issuer: UUIDs stay as they are, other ids are mapped.
 * - `mapped`: a further issuer: all ids are mapped.
 */
export type IdRule = 'uuids' | 'kept' | 'mapped';

/** OpenID Connect Core 1.0, 2. */
const MOST_CHARACTERS = 255;

/** A lone surrogate has no UTF-8, so two ids with different ones would be hashed alike. */
const UNSOUND = /[\p{Cc}\p{Cs}]/u;

const SESSION_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** @returns null for what is no subject */
export function userIdOf(issuer: string, sub: unknown, rule: IdRule): string | null {
  if (!isId(sub)) return null;
  if (rule === 'uuids') return isUuid(sub) ? sub : null;
  return rule === 'kept' && isUuid(sub) && !isMapped(sub) ? sub : mapped(issuer, 'sub', sub);
}

/** @returns null for what is no session id */
export function sessionIdOf(issuer: string, sid: unknown, rule: IdRule): string | null {
  if (!isId(sid)) return null;
  const isUsable = SESSION_ID.test(sid);
  if (rule === 'uuids') return isUsable ? sid : null;
  return rule === 'kept' && isUsable && !isMapped(sid) ? sid : mapped(issuer, 'sid', sid);
}

const isId = (id: unknown): id is string =>
  typeof id === 'string' && id !== '' && id.length <= MOST_CHARACTERS && !UNSOUND.test(id);

/** Mapped as well, so that no id that is kept is one that another id was mapped to. */
const isMapped = (id: string): boolean => isUuid(id) && isHashUuid(id);

/** The first 16 bytes of SHA-256(issuer, 0, kind, 0, id), marked as a UUID of version 8 (RFC 9562). */
function mapped(issuer: string, kind: 'sub' | 'sid', id: string): string {
  return uuidOfHash(`${issuer}\0${kind}\0${id}`);
}
