import { createHmac } from 'node:crypto';

/**
 * A password for each name, derived from the one that a private store keeps: the same at every start, and none of them reveals
 * another, nor the one that they are derived from.
 */
export function derivePasswords<Name extends string>(
  names: readonly Name[],
  kept: string,
): Record<Name, string> {
  const passwords = names.map(
    (name) => [name, createHmac('sha256', kept).update(`account ${name}`).digest('base64url')] as const,
  );
  return Object.fromEntries(passwords) as Record<Name, string>;
}
