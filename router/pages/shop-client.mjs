/**
 * The shop's GraphQL API, and who is signed in at it. The session lives in this tab: `sessionStorage` survives a reload and is
 * gone with the tab. The page runs no script but its own (see its Content-Security-Policy), so nobody else reads it.
 */
const SESSION = 'firstcome:session';

/** The request was refused or failed as a whole; `code` is that of the first error, `NO_ANSWER` without any. */
export class Fault extends Error {
  constructor(code, message, retryAfterMs) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** @returns the data @throws {Fault} */
export async function ask(query, variables = {}) {
  try {
    return await send(query, variables);
  } catch (error) {
    if (error.code !== 'UNAUTHENTICATED' || !(await refreshSession())) throw error;
    return send(query, variables);
  }
}

/** @returns null once signed in, else why not, in words */
export async function signIn(email, password) {
  const { signIn: answer } = await send(
    `mutation SignIn($input: SignInInput!) {
      signIn(input: $input) {
        ... on Session { accessToken refreshToken user { id email } }
        ... on Error { message }
      }
    }`,
    { input: { email, password } },
  );
  if (!answer.accessToken) return answer.message;
  keep(answer);
  return null;
}

export async function signOut() {
  await ask('mutation SignOut { signOut { __typename } }').catch(() => undefined);
  sessionStorage.removeItem(SESSION);
}

/** @returns {{ id: string, email: string } | null} */
export function signedIn() {
  return session()?.user ?? null;
}

/** A refresh token works once; what comes back replaces it. */
async function refreshSession() {
  const before = session();
  if (!before) return false;
  sessionStorage.removeItem(SESSION);
  const { refreshSession: answer } = await send(
    `mutation RefreshSession($input: RefreshSessionInput!) {
      refreshSession(input: $input) { ... on Session { accessToken refreshToken user { id email } } }
    }`,
    { input: { refreshToken: before.refreshToken } },
  );
  if (!answer.accessToken) return false;
  keep(answer);
  return true;
}

async function send(query, variables) {
  const token = session()?.accessToken;
  let reply;
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(15_000),
    });
    reply = await response.json();
  } catch {
    throw new Fault('NO_ANSWER', 'The shop does not answer.');
  }
  const [error] = reply.errors ?? [];
  if (error)
    throw new Fault(error.extensions?.code ?? 'INTERNAL', error.message, error.extensions?.retryAfterMs);
  return reply.data;
}

const keep = ({ accessToken, refreshToken, user }) =>
  sessionStorage.setItem(SESSION, JSON.stringify({ accessToken, refreshToken, user }));

const session = () => JSON.parse(sessionStorage.getItem(SESSION) ?? 'null');
