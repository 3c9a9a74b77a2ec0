import type { SubgraphUnderTest } from './subgraph-under-test.ts';
import { mutationOf } from '../../../tests/harness/mutation.ts';

/** Operations that several tests send, with every field that they have. */

const PROBLEMS = '... on InvalidInput { problems { path message } }';
const SESSION = `... on Session {
  accessToken accessTokenExpiresAt refreshToken
  user { id role createdAt email name phoneNumber address { postalCode line1 line2 } }
}`;

const MESSAGE = '... on Error { message }';
const TOO_MANY = '... on TooManyAttempts { retryAfterMs }';

export const REQUEST_VERIFICATION = mutationOf(
  'requestEmailVerification',
  `... on VerificationRequested { expiresAt } ${MESSAGE} ${PROBLEMS} ${TOO_MANY}`,
);
export const SIGN_UP = mutationOf('signUp', `${SESSION} ${MESSAGE} ${PROBLEMS} ${TOO_MANY}`);
export const SIGN_IN = mutationOf('signIn', `${SESSION} ${MESSAGE} ${TOO_MANY}`);
export const REFRESH = mutationOf('refreshSession', `${SESSION} ${MESSAGE}`);
export const SIGN_OUT = 'mutation { signOut { __typename ... on SignedOut { signedOutAt } } }';
export const UPDATE_PROFILE = mutationOf(
  'updateProfile',
  `${MESSAGE} ${PROBLEMS} ... on ProfileUpdated { user { id email name phoneNumber address { postalCode line1 line2 } } }`,
);
export const CHANGE_PASSWORD = mutationOf(
  'changePassword',
  `${MESSAGE} ${PROBLEMS} ... on PasswordChanged { user { id email } } ${TOO_MANY}`,
);
export const REQUEST_RESET = mutationOf(
  'requestPasswordReset',
  `... on PasswordResetRequested { expiresAt } ${MESSAGE} ${PROBLEMS} ${TOO_MANY}`,
);
export const RESET_PASSWORD = mutationOf(
  'resetPassword',
  `... on PasswordReset { resetAt } ${MESSAGE} ${PROBLEMS} ${TOO_MANY}`,
);

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
