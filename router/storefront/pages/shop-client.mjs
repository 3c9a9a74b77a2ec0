/** The shop's GraphQL API: one request, one answer or one fault. What needs a session is in `session.mjs`. */

/** The request failed as a whole; `code` is that of the first error, `NO_ANSWER` when there was no answer. */
export class Fault extends Error {
  constructor(code, message, retryAfterMs) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Without a token the query is public: the shop may answer it from its cache, and a session that has expired cannot spoil it.
 *
 * @returns the data @throws {Fault}
 */
export async function execute(query, variables = {}, token = null) {
  const reply = await post({ query, variables }, token);
  const [error] = reply.errors ?? [];
  if (error)
    throw new Fault(error.extensions?.code ?? 'INTERNAL', error.message, error.extensions?.retryAfterMs);
  return reply.data;
}

async function post(body, token) {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    return await response.json();
  } catch {
    // A lost connection, a proxy's page of HTML, 15 s without an answer: the shop may have done it or not.
    throw new Fault('NO_ANSWER', 'The shop does not answer.');
  }
}

/**
 * Waits; the actual time differs by a quarter, so that clients that were refused at the same moment do not return at the
 * same moment. Ends early when the device is online again, or `signal` says so.
 */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const ending = new AbortController();
    const end = () => {
      ending.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, ms * (0.75 + Math.random() / 2));
    addEventListener('online', end, { signal: ending.signal });
    signal?.addEventListener('abort', end, { signal: ending.signal });
    if (signal?.aborted) end();
  });
}

/** How long to wait before the next try, in milliseconds: as the shop says, else longer each time. */
export const backOff = (tries, retryAfterMs) => retryAfterMs ?? Math.min(8_000, 500 * 2 ** tries);
