import { z } from 'zod';

/** Milliseconds. */
export const WINDOW_MS = 15 * 60_000;

/** How many attempts a window allows; null: any number. */
export interface AttemptNumbers {
  readonly perAccountAndNetwork: number | null;
  readonly perAccount: number | null;
  readonly perNetwork: number | null;
}

/**
 * The tight limit is for one account from one network. The limit of an account is for guesses from many networks, the limit of a
 * network for guesses at many accounts. A requested code always counts, because each costs a mail and a
 * successful one an account; of the other actions only failures remain counted. There is no limit where unrelated clients would share
 * it and the guesses are bounded otherwise:
 *
 * - sign-up and reset-password, per account: guesses are bounded by each code (`code-kinds.ts`).
 * - change-password, per network: each guess needs an access token of the account.
 * - open-session: needs the right password, and bounds the sessions that one account can open and end.
 */
export const ATTEMPT_NUMBERS = {
  'request-verification': { perAccountAndNetwork: 5, perAccount: 8, perNetwork: 200 },
  'request-password-reset': { perAccountAndNetwork: 5, perAccount: 8, perNetwork: 100 },
  'reset-password': { perAccountAndNetwork: 10, perAccount: null, perNetwork: 50 },
  'sign-up': { perAccountAndNetwork: 10, perAccount: null, perNetwork: 50 },
  'sign-in': { perAccountAndNetwork: 10, perAccount: 100, perNetwork: 100 },
  'change-password': { perAccountAndNetwork: 10, perAccount: 100, perNetwork: null },
  'open-session': { perAccountAndNetwork: null, perAccount: 100, perNetwork: null },
} as const satisfies Record<string, AttemptNumbers>;

export type LimitedAction = keyof typeof ATTEMPT_NUMBERS;

export type AttemptTable = Readonly<Record<LimitedAction, AttemptNumbers>>;

const ENTRY = /^([a-z-]+) ([1-9]\d{0,8}|off)\/([1-9]\d{0,8}|off)\/([1-9]\d{0,8}|off)$/;

/** A setting such as `sign-in 10/100/100`, several separated by commas: an action, and its limits in the order of `AttemptNumbers`. */
export const attemptNumbers = () =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').map((part) => part.trim()))
    .transform((entries) => entries.filter((entry) => entry !== '').map(parseEntry))
    .refine((entries) => entries.every((entry) => entry !== null), {
      error: `expected limits per account and network, account, network, for example sign-in 10/100/100, of ${Object.keys(ATTEMPT_NUMBERS).join(', ')}, separated by commas`,
    })
    .transform((entries): AttemptTable => ({
      ...ATTEMPT_NUMBERS,
      ...Object.fromEntries(entries.filter((entry) => entry !== null)),
    }));

function parseEntry(entry: string): [LimitedAction, AttemptNumbers] | null {
  const [, action, ...numbers] = ENTRY.exec(entry) ?? [];
  if (!action || !Object.hasOwn(ATTEMPT_NUMBERS, action)) return null;
  const [perAccountAndNetwork, perAccount, perNetwork] = numbers.map((text) =>
    text === 'off' ? null : Number(text),
  ) as [number | null, number | null, number | null];
  return [action as LimitedAction, { perAccountAndNetwork, perAccount, perNetwork }];
}
