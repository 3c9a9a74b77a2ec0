import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { makeAccounts, type MadeAccount } from '../../harness/made-accounts.ts';
import { mailedCode, mailedResetCode } from '../../harness/mails.ts';
import { waitUntil } from '../../harness/wait-until.ts';
import type { Attack } from '../attack.ts';
import { someAddress, type AttackedSystem, type Client } from '../attacked-system.ts';
import { mutationOf } from '../../harness/mutation.ts';

const SIGN_IN = mutationOf('signIn', '... on Session { accessToken }');
const SIGN_UP = mutationOf('signUp');
const REQUEST_CODE = mutationOf('requestEmailVerification');
const REQUEST_RESET = mutationOf('requestPasswordReset');
const RESET = mutationOf('resetPassword');

/** To sign in again after any of these is harmless. */
const RETRYABLE = new Set(['RATE_LIMITED', 'UNAVAILABLE', 'TIMEOUT']);

/** A client that retries after `retryAfterMs`. @returns the union member */
async function signIn({ execute }: Client, email: string, password: string): Promise<string> {
  for (;;) {
    const { data, errors } = await execute(SIGN_IN, { input: { email, password } });
    const answer = data?.['signIn'] as { __typename: string } | null | undefined;
    if (answer) return answer.__typename;
    const { code = '', retryAfterMs = 1_000 } = errors?.[0]?.extensions ?? {};
    if (!RETRYABLE.has(code)) throw new Error(`not served: ${JSON.stringify(errors)}`);
    await sleep(retryAfterMs + Math.random() * 1_000);
  }
}

async function signUp({ execute }: Client, email: string, verificationCode: string): Promise<string> {
  const profile = {
    password: 'correct horse battery',
    name: 'Ada',
    phoneNumber: '+82 2 0000 0000',
    address: { postalCode: '00000', line1: 'Not given' },
  };
  const { data } = await execute(SIGN_UP, { input: { email, verificationCode, ...profile } });
  return (data?.['signUp'] as { __typename: string }).__typename;
}

const someEmail = () => `${randomBytes(8).toString('hex')}@shop.example`;

const makeMany = (system: AttackedSystem, count: number): Promise<MadeAccount[]> =>
  makeAccounts(system.stack, system.stores, Array.from({ length: count }, someEmail));

async function makeOne(system: AttackedSystem): Promise<MadeAccount> {
  return (await makeMany(system, 1))[0]!;
}

/** @returns milliseconds until a buyer is signed in */
async function signInTime(client: Client, { email, password }: MadeAccount): Promise<number> {
  const begun = performance.now();
  expect(await signIn(client, email, password)).toBe('Session');
  return performance.now() - begun;
}

const median = (times: readonly number[]) =>
  [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)]!;

export const attacksOnAccounts: readonly Attack[] = [
  {
    attack: 'many honest buyers behind one address',
    gets: 'signs in to the last one, and delays no buyer elsewhere',
    async run(system) {
      // More than the attempts of a network; with twenty rounds, five thousand.
      const accounts = await makeMany(system, system.rounds === 1 ? 150 : 250 * system.rounds);
      const elsewhere = await makeOne(system);
      const shared = system.from(someAddress());
      const begun = performance.now();
      let served = 0;
      const buyers = Promise.all(
        accounts.map(async (account) => {
          const tookMs = await signInTime(shared, account);
          served += 1;
          return tookMs;
        }),
      );
      const others: number[] = [];
      for (let tenth = 0; tenth < 8; tenth++) {
        const enough = (count: number) => count >= (accounts.length * tenth) / 10;
        await Promise.race([waitUntil('some of the buyers', () => served, enough, 300_000), buyers]);
        others.push(await signInTime(system.from(someAddress()), elsewhere));
      }
      const times = await buyers;
      console.log(
        `${accounts.length} sign-ins behind one address in ${Math.round(performance.now() - begun)} ms, the slowest ${Math.round(Math.max(...times))} ms; elsewhere ${others.map(Math.round).join(', ')} ms`,
      );
      expect(times).toHaveLength(accounts.length);
      expect(median(others)).toBeLessThan(median(times) / 2);
    },
  },
  {
    attack: 'a client of the same network with wrong passwords for many accounts',
    gets: 'locks out no account that has signed in from that network',
    async run(system) {
      const { email, password } = await makeOne(system);
      const shared = system.from(someAddress());
      expect(await signIn(shared, email, password)).toBe('Session');
      const answers = await Promise.all(
        Array.from({ length: 110 }, () => signIn(shared, someEmail(), 'a wrong password')),
      );
      expect(answers.filter((answer) => answer === 'InvalidCredentials')).toHaveLength(100);
      expect(await signIn(shared, email, password)).toBe('Session');
      // The same answer for a wrong password, whether or not the account has signed in from here.
      expect(await signIn(shared, email, 'a wrong password')).toBe('TooManyAttempts');
      expect(await signIn(shared, someEmail(), 'a wrong password')).toBe('TooManyAttempts');
    },
  },
  {
    attack: 'wrong passwords for one account from eleven networks',
    gets: 'lock its owner out of no known network, and are a hundred at most',
    async run(system) {
      const { email, password } = await makeOne(system);
      const owner = system.from(someAddress());
      expect(await signIn(owner, email, password)).toBe('Session');
      const guesses: string[] = [];
      for (let network = 0; network < 11; network++) {
        const guesser = system.from(someAddress());
        const some = Array.from({ length: 12 }, () => signIn(guesser, email, 'a wrong password'));
        guesses.push(...(await Promise.all(some)));
      }
      expect(guesses.filter((answer) => answer === 'InvalidCredentials')).toHaveLength(100);
      // From a new network even the right password does not help.
      expect(await signIn(system.from(someAddress()), email, password)).toBe('TooManyAttempts');
      expect(await signIn(owner, email, password)).toBe('Session');
    },
  },
  {
    attack: 'a client that requests codes for the address of another user, and guesses',
    gets: 'invalidates no code of its owner',
    async run(system) {
      const email = someEmail();
      const owner = system.from(someAddress());
      await owner.execute(REQUEST_CODE, { input: { email } });
      const code = await mailedCode(system.stack.mailFolder, email);
      const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
      for (let network = 0; network < 3; network++) {
        const attacker = system.from(someAddress());
        await attacker.execute(REQUEST_CODE, { input: { email } });
        for (let i = 0; i < 6; i++) expect(await signUp(attacker, email, wrong)).not.toBe('Session');
      }
      expect(await signUp(system.from(someAddress()), email, code)).toBe('InvalidVerificationCode');
      expect(await signUp(owner, email, code)).toBe('Session');
      expect(await signUp(owner, email, code)).toBe('InvalidVerificationCode');
    },
  },
  {
    attack: 'a client that requests reset codes of another user, and guesses from many networks',
    gets: 'sets no password, learns of no account, and does not stop its owner',
    async run(system) {
      const { email, password } = await makeOne(system);
      const reset = async (
        { execute }: Client,
        address: string,
        resetCode: string,
        newPassword = 'a stolen account',
      ) => {
        const { data } = await execute(RESET, { input: { email: address, resetCode, newPassword } });
        return (data?.['resetPassword'] as { __typename: string }).__typename;
      };
      const requested = async ({ execute }: Client, address: string) =>
        (await execute(REQUEST_RESET, { input: { email: address } })).data;
      const owner = system.from(someAddress());
      await requested(owner, email);
      const code = await mailedResetCode(system.stack.mailFolder, email);

      for (let network = 0; network < 5 * system.rounds; network++) {
        const attacker = system.from(someAddress());
        const unknown = someEmail();
        if (network === 0)
          expect(await requested(attacker, email)).toEqual(await requested(attacker, unknown));
        const guesses = Array.from({ length: 12 }, (_, n) => `0000-0000-${String(n).padStart(4, '0')}`);
        const answers = await Promise.all(guesses.map((guess) => reset(attacker, email, guess)));
        expect(answers.filter((answer) => answer === 'InvalidVerificationCode')).toHaveLength(10);
        expect(answers.filter((answer) => answer === 'TooManyAttempts')).toHaveLength(2);
        expect(await reset(attacker, unknown, guesses[0]!)).toBe('InvalidVerificationCode');
      }
      expect(await signIn(owner, email, password)).toBe('Session');
      expect(await reset(owner, email, code, 'the choice of its owner')).toBe('PasswordReset');
      expect(await reset(owner, email, code)).toBe('InvalidVerificationCode');
      expect(await signIn(owner, email, 'the choice of its owner')).toBe('Session');
    },
  },
  {
    attack: 'repeated sign-ins to one account by its owner',
    gets: 'opens a hundred sessions in a window, of which fifty stay open',
    async run(system) {
      const { email, password } = await makeOne(system);
      const { execute } = system.from(someAddress());
      const tokens: string[] = [];
      for (let i = 0; i < 11; i++) {
        const some = Array.from({ length: 10 }, () => execute(SIGN_IN, { input: { email, password } }));
        for (const { data } of await Promise.all(some)) {
          const answer = data?.['signIn'] as { __typename: string; accessToken?: string };
          if (answer.accessToken) tokens.push(answer.accessToken);
          else expect(answer.__typename).toBe('TooManyAttempts');
        }
      }
      expect(tokens).toHaveLength(100);
    },
  },
];
