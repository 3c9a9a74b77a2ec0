/**
 * One key of several parts. Each part stands behind its length, so that parts cannot run into each other, whatever characters
 * they have: different lists of parts never have the same key.
 */
export const joinKey = (...parts: readonly string[]): string =>
  parts.map((part) => `${part.length}:${part}`).join('');
