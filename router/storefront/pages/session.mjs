import { execute, Fault } from './shop-client.mjs';
import { withLock } from './tabs.mjs';

/**
 * Who is signed in. All tabs share one session in `localStorage`: to sign in or out in one is to sign in or out in all. The
 * page runs no script but its own (see its Content-Security-Policy), so no other script reads it.
 *
 * A refresh token works once. So one tab at a time refreshes, and the others take what it got; and the old session stays
 * until the new one is there, because an answer may be lost on its way.
 */
const STORED = 'firstcome:session';

const read = () => JSON.parse(localStorage.getItem(STORED) ?? 'null');

const userOf = (stored) => JSON.parse(stored ?? 'null')?.user ?? null;

const write = ({ accessToken, accessTokenExpiresAt, refreshToken, user }) =>
  localStorage.setItem(STORED, JSON.stringify({ accessToken, accessTokenExpiresAt, refreshToken, user }));

/** @returns {{ id: string, email: string } | null} */
export const signedIn = () => userOf(localStorage.getItem(STORED));

/** Calls the listener when another tab has signed in or out, or as someone else; not when it has renewed the session. */
export function onSessionChange(listener) {
  addEventListener('storage', ({ key, oldValue, newValue }) => {
    // `key` is null when the whole storage was cleared.
    if (key === null || (key === STORED && userOf(oldValue)?.id !== userOf(newValue)?.id)) listener();
  });
}

/** @returns null once signed in, else the refusal @throws {Fault} */
export async function signIn(email, password) {
  const { signIn: answer } = await execute(
    `mutation SignIn($input: SignInInput!) {
      signIn(input: $input) {
        __typename
        ... on Session { accessToken accessTokenExpiresAt refreshToken user { id email } }
        ... on TooManyAttempts { retryAfterMs }
      }
    }`,
    { input: { email, password } },
  );
  if (answer.__typename !== 'Session') return answer;
  write(answer);
  return null;
}

/** This device forgets the session also when the shop does not answer. */
export async function signOut() {
  const user = signedIn();
  if (user) await executeAs(user.id, 'mutation SignOut { signOut { __typename } }').catch(() => undefined);
  await withLock('session', () => localStorage.removeItem(STORED));
}

/**
 * Sends a request with the access token of this user, which is renewed when it has expired.
 *
 * @param userId whom the request is for: it is not sent as anyone who has signed in meanwhile in another tab
 * @returns the data @throws {Fault} UNAUTHENTICATED when this user has to sign in again
 */
export async function executeAs(userId, query, variables = {}) {
  const session = read();
  if (session?.user.id !== userId) throw new Fault('UNAUTHENTICATED', 'Signed out.');
  try {
    return await execute(query, variables, session.accessToken);
  } catch (fault) {
    if (fault.code !== 'UNAUTHENTICATED') throw fault;
    const renewed = await renew(session.accessToken);
    if (renewed?.user.id !== userId) throw fault;
    return executeWithNewToken(query, variables, renewed.accessToken);
  }
}

/** A new token that is refused as well says that the session has ended. */
async function executeWithNewToken(query, variables, accessToken) {
  try {
    return await execute(query, variables, accessToken);
  } catch (fault) {
    if (fault.code === 'UNAUTHENTICATED')
      await withLock('session', () => {
        if (read()?.accessToken === accessToken) localStorage.removeItem(STORED);
      });
    throw fault;
  }
}

/** Renews the session when its access token has no more than this long to live. @param now the shop's time, in ms */
export async function renewBefore(now, ms) {
  const session = read();
  if (session && Date.parse(session.accessTokenExpiresAt) - now < ms) await renew(session.accessToken);
}

/** @param expired the access token that was refused @returns the session that replaces it, null when it has ended */
function renew(expired) {
  return withLock('session', async () => {
    const session = read();
    // Signed out, or renewed by another tab or caller, while this one waited for the lock.
    if (session?.accessToken !== expired) return session;
    const { refreshSession: answer } = await execute(
      `mutation RefreshSession($input: RefreshSessionInput!) {
        refreshSession(input: $input) {
          __typename
          ... on Session { accessToken accessTokenExpiresAt refreshToken user { id email } }
        }
      }`,
      { input: { refreshToken: session.refreshToken } },
    );
    if (answer.__typename === 'Session') write(answer);
    else localStorage.removeItem(STORED);
    return read();
  });
}
