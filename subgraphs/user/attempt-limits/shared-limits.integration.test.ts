import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { CHANGE_PASSWORD, profileOf, SIGN_IN, SIGN_UP, mailedCode, signUpAs } from '../testing/operations.ts';
import { callerBy, startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
const { password } = profileOf('');
let subgraph: SubgraphUnderTest;

beforeAll(async () => {
  subgraph = await startForTest(stores, {
    ATTEMPT_LIMITS: 'sign-in 3/6/6, sign-up 3/off/6, change-password 3/6/off, open-session off/4/off',
  });
});
afterAll(() => subgraph.stop());

let networks = 0;
const newNetwork = () => `10.0.${networks++}.1`;

async function signIn(email: string, secret: string, address: string) {
  const { data, errors } = await subgraph.request(
    SIGN_IN,
    { input: { email, password: secret } },
    null,
    address,
  );
  expect(errors).toBeUndefined();
  return data!['signIn']!;
}

async function signUp(email: string, verificationCode: string, address: string) {
  const input = { ...profileOf(email), verificationCode };
  return (await subgraph.request(SIGN_UP, { input }, null, address)).data!['signUp']!;
}

/** Wrong passwords for other accounts, until the network has no attempts left. */
async function exhaust(address: string) {
  for (let i = 0; i < 7; i++) await signIn(`nobody${i}@example.com`, 'a wrong password', address);
  const refused = await signIn('somebody@example.com', 'a wrong password', address);
  expect(refused.__typename).toBe('TooManyAttempts');
}

/** Wrong passwords for an account from several networks, until it has no attempts left. */
async function exhaustAccount(email: string) {
  for (let network = 0; network < 2; network++) {
    const address = newNetwork();
    for (let i = 0; i < 3; i++) await signIn(email, 'a wrong password', address);
  }
  expect((await signIn(email, password, newNetwork())).__typename).toBe('TooManyAttempts');
}

describe('signing in', () => {
  test('with the right password is served without end behind one address', async () => {
    const address = newNetwork();
    for (let i = 0; i < 10; i++) {
      await signUpAs(subgraph, `crowd${i}@example.com`, newNetwork());
      expect((await signIn(`crowd${i}@example.com`, password, address)).__typename).toBe('Session');
    }
  });

  test('works from a usual network when a neighbour has used up the attempts of the network', async () => {
    const address = newNetwork();
    await signUpAs(subgraph, 'neighboured@example.com', address);
    await exhaust(address);
    expect((await signIn('neighboured@example.com', password, address)).__typename).toBe('Session');
  });

  test('works from a usual network when strangers have used up the attempts of the account', async () => {
    const address = newNetwork();
    await signUpAs(subgraph, 'hunted@example.com', address);
    await exhaustAccount('hunted@example.com');
    expect((await signIn('hunted@example.com', password, address)).__typename).toBe('Session');
  });

  test('is answered alike, whether or not there is an account that is known on the network', async () => {
    const address = newNetwork();
    await signUpAs(subgraph, 'discreet@example.com', address);
    await exhaust(address);
    const answers = [];
    for (let i = 0; i < 5; i++) {
      for (const email of ['discreet@example.com', 'nobody@example.org']) {
        const { retryAfterMs, ...answer } = await signIn(email, 'a wrong password', address);
        expect(retryAfterMs).toBeGreaterThan(0);
        answers.push(answer);
      }
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    // Guesses from a known network are bounded as well.
    expect((await signIn('discreet@example.com', password, address)).__typename).toBe('TooManyAttempts');
  });

  test('opens no more sessions of one account than are allowed in a window', async () => {
    const address = newNetwork();
    await signUpAs(subgraph, 'busy@example.com', address);
    const names = [];
    for (let i = 0; i < 5; i++) names.push((await signIn('busy@example.com', password, address)).__typename);
    expect(names).toEqual([...Array<string>(4).fill('Session'), 'TooManyAttempts']);
  });
});

test('changing the password works from a usual network when strangers have used up the attempts', async () => {
  const address = newNetwork();
  const { accessToken } = await signUpAs(subgraph, 'changing@example.com', address);
  const change = async (currentPassword: string, from: string) => {
    const input = { currentPassword, newPassword: 'another good password' };
    const { data } = await subgraph.request(CHANGE_PASSWORD, { input }, callerBy(accessToken), from);
    return data!['changePassword']!.__typename;
  };
  for (let network = 0; network < 2; network++) {
    const stolen = newNetwork();
    for (let i = 0; i < 3; i++) expect(await change('a wrong one', stolen)).toBe('InvalidCredentials');
  }
  expect(await change(password, newNetwork())).toBe('TooManyAttempts');
  expect(await change(password, address)).toBe('PasswordChanged');
});

describe('a verification code', () => {
  const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

  test('stays good when a stranger requests another one', async () => {
    const [owner, stranger] = [newNetwork(), newNetwork()];
    const code = await mailedCode(subgraph, 'first@example.com', owner);
    const second = await mailedCode(subgraph, 'first@example.com', stranger);
    expect(second).not.toBe(code);
    expect((await signUp('first@example.com', code, owner)).__typename).toBe('Session');
    expect((await signUp('first@example.com', second, owner)).__typename).toBe('InvalidVerificationCode');
  });

  test('stays good for its network, whatever strangers guess, and no longer for strangers', async () => {
    const owner = newNetwork();
    const code = await mailedCode(subgraph, 'guessed@example.com', owner);
    for (let network = 0; network < 4; network++) {
      const stranger = newNetwork();
      for (let i = 0; i < 3; i++) await signUp('guessed@example.com', wrong(code), stranger);
    }
    const stolen = await signUp('guessed@example.com', code, newNetwork());
    expect(stolen.__typename).toBe('InvalidVerificationCode');
    expect((await signUp('guessed@example.com', code, owner)).__typename).toBe('Session');
  });

  test('may be presented from another network than it was requested from', async () => {
    const code = await mailedCode(subgraph, 'moving@example.com', newNetwork());
    expect((await signUp('moving@example.com', code, newNetwork())).__typename).toBe('Session');
  });

  test('stays good for its network when a neighbour has used up the attempts of the network', async () => {
    const address = newNetwork();
    const code = await mailedCode(subgraph, 'beside@example.com', address);
    for (let i = 0; i < 7; i++) await signUp(`none${i}@example.com`, '000000', address);
    expect((await signUp('none@example.com', '000000', address)).__typename).toBe('TooManyAttempts');
    expect((await signUp('beside@example.com', code, address)).__typename).toBe('Session');
  });
});
