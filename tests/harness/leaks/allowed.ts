/** What may be where, and why. Anything that is not in this list fails the test file that has caused it. */
export interface Allowed {
  readonly place: RegExp;
  readonly value: RegExp;
  readonly why: string;
}

export const ALLOWED: readonly Allowed[] = [];
