import type { KeyList, ListedKey } from './key-lists.ts';

/**
 * A rotation has two steps, each safe while processes with the old value and with the new one run side by side: first every
 * process learns of the key, then the key is used. Each may be repeated and then changes nothing.
 */
export const steps = { add, use };

export interface Stepped {
  readonly keys: readonly ListedKey[];
  /** Whether the step had been made before. */
  readonly wasMade: boolean;
}

/** A new key stands last, marked as next: a process that starts with this value knows it, and does not use it. */
function add(keys: readonly ListedKey[], list: KeyList): Stepped {
  if (keys.some(({ isNext }) => isNext)) return { keys, wasMade: true };
  return { keys: [...keys, { ...list.make(), isNext: true }], wasMade: false };
}

/** The key that is next stands first: a process that starts with this value uses it. The others stay known. */
function use(keys: readonly ListedKey[]): Stepped {
  const next = keys.find(({ isNext }) => isNext);
  if (!next) return { keys, wasMade: true };
  return { keys: [{ ...next, isNext: false }, ...keys.filter((key) => key !== next)], wasMade: false };
}
