import { describe, expect, it } from 'vitest';
import { waitUntil } from '../harness/wait-until.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

const stack = useStack(useStores());
const SESSION = '... on Session { accessToken refreshToken user { id } }';

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: { readonly id: string };
}

async function signIn(password = 'firstcome-buyer'): Promise<Session> {
  const reply = await stack.execute(
    `mutation ($input: SignInInput!) { signIn(input: $input) { __typename ${SESSION} } }`,
    { input: { email: 'buyer@firstcome.example', password } },
  );
  return reply.data!['signIn'] as Session;
}

async function refresh(refreshToken: string): Promise<Session & { readonly __typename: string }> {
  const reply = await stack.execute(
    `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { __typename ${SESSION} } }`,
    { input: { refreshToken } },
  );
  return reply.data!['refreshSession'] as never;
}

const statusOf = async (token: string) => (await stack.execute('{ me { id } }', {}, token)).status;

describe('a session', () => {
  it('is refreshed by a token that two tabs may present at once; presenting it after its successor was used ends all that came from it', async () => {
    const first = await signIn();
    const [second, twin] = await Promise.all([refresh(first.refreshToken), refresh(first.refreshToken)]);
    expect(twin.refreshToken).toBe(second.refreshToken);
    expect(await statusOf(second.accessToken)).toBe(200);
    expect(await statusOf(twin.accessToken)).toBe(200);
    const third = await refresh(second.refreshToken);
    expect(await refresh(first.refreshToken)).toMatchObject({ __typename: 'InvalidRefreshToken' });
    expect(await refresh(third.refreshToken)).toMatchObject({ __typename: 'InvalidRefreshToken' });
    await waitUntil(
      'the access token to stop working',
      () => statusOf(third.accessToken),
      (status) => status === 401,
    );
  });

  it('ends when the password is changed in another one', async () => {
    const [here, elsewhere] = [await signIn(), await signIn()];
    const reply = await stack.execute(
      'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { __typename } }',
      { input: { currentPassword: 'firstcome-buyer', newPassword: 'a password of another kind' } },
      here.accessToken,
    );
    expect(reply.data).toEqual({ changePassword: { __typename: 'PasswordChanged' } });
    await waitUntil(
      'the other session to end',
      () => statusOf(elsewhere.accessToken),
      (status) => status === 401,
    );
    expect(await statusOf(here.accessToken)).toBe(200);
    expect(await signIn()).toMatchObject({ __typename: 'InvalidCredentials' });
    expect((await signIn('a password of another kind')).accessToken).toBeTruthy();
  });
});

describe('a profile', () => {
  it('is changed in part, and is for its owner and administrators only', async () => {
    const { accessToken, user } = await signIn('a password of another kind');
    const updated = await stack.execute(
      `mutation { updateProfile(input: { name: "New Name" }) { ... on ProfileUpdated { user { name email } } } }`,
      {},
      accessToken,
    );
    expect(updated.data).toEqual({
      updateProfile: { user: { name: 'New Name', email: 'buyer@firstcome.example' } },
    });

    const query = 'query ($id: ID!) { user(id: $id) { name email } }';
    expect((await stack.execute(query, { id: user.id }, accessToken)).status).toBe(403);
    for (const id of [user.id, user.id.toUpperCase()]) {
      expect((await stack.execute(query, { id }, stack.mint.administrator())).data).toEqual({
        user: { name: 'New Name', email: 'buyer@firstcome.example' },
      });
    }
  });
});

describe('guessing', () => {
  it('is slowed down after ten tries, whether or not there is such an account', async () => {
    for (const email of ['admin@firstcome.example', 'unknown@firstcome.example']) {
      const answers: { __typename: string; retryAfterMs?: number }[] = [];
      for (let i = 0; i < 11; i++) {
        const reply = await stack.execute(
          'mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on TooManyAttempts { retryAfterMs } } }',
          { input: { email, password: 'a wrong password' } },
        );
        answers.push(reply.data!['signIn'] as never);
      }
      expect(answers.map(({ __typename }) => __typename)).toEqual([
        ...Array<string>(10).fill('InvalidCredentials'),
        'TooManyAttempts',
      ]);
      expect(answers[10]!.retryAfterMs).toBeGreaterThan(0);
    }
  });
});
