import { afterAll, beforeAll, expect, test } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import { profileOf, REQUEST_VERIFICATION, SIGN_IN, SIGN_UP, signUpAs } from './testing/operations.ts';
import { startForTest, type SubgraphUnderTest } from './testing/subgraph-under-test.ts';

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

async function timed(query: string, input: object): Promise<number> {
  const begun = performance.now();
  const { errors } = await subgraph.ask(query, { input });
  const took = performance.now() - begun;
  expect(errors).toBeUndefined();
  return took;
}

// A wrong code: the right one proves the mailbox, and whoever has that is told.
test.each([
  ['signIn', SIGN_IN, (email: string) => ({ email, password: 'a wrong password' })],
  ['requestEmailVerification', REQUEST_VERIFICATION, (email: string) => ({ email })],
  ['signUp', SIGN_UP, (email: string) => ({ ...profileOf(email), verificationCode: 'no code' })],
])(
  '%s takes as long for an address that is registered as for one that is not',
  async (_name, query, inputOf) => {
    const times = { known: [] as number[], unknown: [] as number[] };
    // In turn and in both orders, so that whatever else the machine does falls on both alike.
    for (let round = -5; round < ROUNDS; round++) {
      const pair = [
        { to: times.known, email: KNOWN },
        { to: times.unknown, email: unknown(round + 5) },
      ];
      for (const { to, email } of round % 2 === 0 ? pair : pair.reverse()) {
        const took = await timed(query, inputOf(email));
        if (round >= 0) to.push(took);
      }
    }
    const ratio = median(times.known) / median(times.unknown);
    expect(Math.max(ratio, 1 / ratio)).toBeLessThan(MOST_APART);
  },
);
