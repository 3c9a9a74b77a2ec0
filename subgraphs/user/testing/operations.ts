import type { SubgraphUnderTest } from './subgraph-under-test.ts';

/** Operations that several tests send, with every field that they have. */

const PROBLEMS = '... on InvalidInput { problems { path message } }';
const SESSION = `... on Session {
  accessToken accessTokenExpiresAt refreshToken
  user { id role createdAt email name phoneNumber address { postalCode line1 line2 } }
}`;

export const REQUEST_VERIFICATION = `mutation ($input: RequestEmailVerificationInput!) {
  requestEmailVerification(input: $input) {
    __typename ... on VerificationRequested { expiresAt } ... on Error { message } ${PROBLEMS}
    ... on TooManyAttempts { retryAfterMs }
  }
}`;

export const SIGN_UP = `mutation ($input: SignUpInput!) {
  signUp(input: $input) { __typename ${SESSION} ... on Error { message } ${PROBLEMS} ... on TooManyAttempts { retryAfterMs } }
}`;

export const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { __typename ${SESSION} ... on Error { message } ... on TooManyAttempts { retryAfterMs } }
}`;

export const REFRESH = `mutation ($input: RefreshSessionInput!) {
  refreshSession(input: $input) { __typename ${SESSION} ... on Error { message } }
}`;

export const SIGN_OUT = 'mutation { signOut { __typename ... on SignedOut { signedOutAt } } }';

export const UPDATE_PROFILE = `mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    __typename ... on Error { message } ${PROBLEMS}
    ... on ProfileUpdated { user { id email name phoneNumber address { postalCode line1 line2 } } }
  }
}`;

export const CHANGE_PASSWORD = `mutation ($input: ChangePasswordInput!) {
  changePassword(input: $input) {
    __typename ... on Error { message } ${PROBLEMS} ... on PasswordChanged { user { id email } }
    ... on TooManyAttempts { retryAfterMs }
  }
}`;

export const REQUEST_RESET = `mutation ($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input) {
    __typename ... on PasswordResetRequested { expiresAt } ... on Error { message } ${PROBLEMS}
    ... on TooManyAttempts { retryAfterMs }
  }
}`;

export const RESET_PASSWORD = `mutation ($input: ResetPasswordInput!) {
  resetPassword(input: $input) {
    __typename ... on PasswordReset { resetAt } ... on Error { message } ${PROBLEMS}
    ... on TooManyAttempts { retryAfterMs }
  }
}`;

export const ENTITIES = `query ($ids: [_Any!]!) {
  _entities(representations: $ids) {
    ... on User { __typename id role createdAt email name phoneNumber address { line1 } }
  }
}`;

export const profileOf = (email: string) => ({
  email,
  password: 'correct horse battery',
  name: 'Ada Lovelace',
  phoneNumber: '+44 20 7946 0000',
  address: { postalCode: 'W1J 7NT', line1: '12 St James’s Square', line2: null },
});

/** Requests a code and reads it from the newest mail. */
export async function mailedCode(
  subgraph: SubgraphUnderTest,
  email: string,
  clientAddress?: string,
): Promise<string> {
  await subgraph.request(REQUEST_VERIFICATION, { input: { email } }, null, clientAddress);
  const mail = (await subgraph.mailsTo(email)).at(-1) ?? '';
  return /^Subject: (\d{6}) /m.exec(mail)?.[1] ?? `no code in: ${mail}`;
}

/** @returns the result of `signUp`, a `Session` */
export async function signUpAs(subgraph: SubgraphUnderTest, email: string, clientAddress?: string) {
  const verificationCode = await mailedCode(subgraph, email, clientAddress);
  const input = { ...profileOf(email), verificationCode };
  const { data } = await subgraph.request(SIGN_UP, { input }, null, clientAddress);
  return data!['signUp'] as unknown as SignedUp;
}

interface SignedUp {
  readonly __typename: 'Session';
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
  readonly user: { readonly id: string; readonly email: string };
}
