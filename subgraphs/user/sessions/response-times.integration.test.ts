import { afterAll, beforeAll, expect, test } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import {
  profileOf,
  REQUEST_RESET,
  REQUEST_VERIFICATION,
  RESET_PASSWORD,
  SIGN_IN,
  SIGN_UP,
  signUpAs,
} from '../testing/operations.ts';
import { startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
const KNOWN = 'known@example.com';
/** Odd, so that the median is one of them. */
const ROUNDS = 41;
/** Of the medians. A look-up that is made for one of them only, or a hash, makes a difference of several times. */
const MOST_APART = 1.8;

let subgraph: SubgraphUnderTest;

beforeAll(async () => {
  subgraph = await startForTest(stores, { RATE_LIMITS: 'off' });
  await signUpAs(subgraph, KNOWN);
});
afterAll(() => subgraph.stop());

/** As long a name as the known one's, another each time. */
const unknown = (round: number) => `nob${String(round).padStart(2, '0')}@example.com`;

const median = (times: number[]) => times.sort((one, other) => one - other)[Math.floor(times.length / 2)]!;

async function timed(query: string, input: object, target = subgraph, address?: string): Promise<number> {
  const begun = performance.now();
  const { errors } = await target.request(query, { input }, null, address);
  const took = performance.now() - begun;
  expect(errors).toBeUndefined();
  return took;
}

// A wrong code: with the right one the mailbox is proven, and the response may differ.
test.each([
  ['signIn', SIGN_IN, (email: string) => ({ email, password: 'a wrong password' })],
  ['requestEmailVerification', REQUEST_VERIFICATION, (email: string) => ({ email })],
  ['requestPasswordReset', REQUEST_RESET, (email: string) => ({ email })],
  [
    'resetPassword',
    RESET_PASSWORD,
    (email: string) => ({ email, resetCode: 'no code', newPassword: 'another good one' }),
  ],
  ['signUp', SIGN_UP, (email: string) => ({ ...profileOf(email), verificationCode: 'no code' })],
])(
  '%s takes as long for an address that is registered as for one that is not',
  async (_name, query, inputOf) => {
    await expectAlike((email) => timed(query, inputOf(email)));
  },
);

test('signIn takes as long for an account that is known on a network without attempts as for none', async () => {
  const address = '203.0.113.1';
  const limited = await startForTest(stores, {
    ENCRYPTION_KEYS: subgraph.config.secrets.encryptionKeys,
    LOOKUP_KEY: subgraph.config.secrets.lookupKey,
    ATTEMPT_LIMITS: 'sign-in off/off/1',
  });
  try {
    const right = { email: KNOWN, password: profileOf(KNOWN).password };
    await timed(SIGN_IN, right, limited, address);
    await timed(SIGN_IN, { email: unknown(99), password: 'a wrong password' }, limited, address);
    await expectAlike((email) => timed(SIGN_IN, { email, password: 'a wrong password' }, limited, address));
  } finally {
    await limited.stop();
  }
});

/** In turn and in both orders, so that what else the machine does falls on both alike. */
async function expectAlike(timeOf: (email: string) => Promise<number>): Promise<void> {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let round = -5; round < ROUNDS; round++) {
    const pair = [
      { to: times.known, email: KNOWN },
      { to: times.unknown, email: unknown(round + 5) },
    ];
    for (const { to, email } of round % 2 === 0 ? pair : pair.reverse()) {
      const took = await timeOf(email);
      if (round >= 0) to.push(took);
    }
  }
  const ratio = median(times.known) / median(times.unknown);
  expect(Math.max(ratio, 1 / ratio)).toBeLessThan(MOST_APART);
}
