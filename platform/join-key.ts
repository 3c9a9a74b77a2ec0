/**
 * One key of several parts. Each part stands behind its length, so that parts cannot run into each other, whatever characters
 * they have: different lists of parts never have the same key.
 */
export function joinKey(...parts: readonly string[]): string {
  let key = '';
  for (const part of parts) key += `${part.length}:${part}`;
  return key;
}
