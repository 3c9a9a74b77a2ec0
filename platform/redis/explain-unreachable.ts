import type { RedisTarget } from './redis-url.ts';

interface Cause {
  /** Matches the client's error. */
  readonly pattern: RegExp;
  readonly when: (target: RedisTarget) => boolean;
  readonly reason: string;
}

const always = () => true;

/** Errors of the client while it cannot connect, and the likely reason; the first match counts. */
const CAUSES: readonly Cause[] = [
  {
    pattern: /cluster support disabled/,
    when: always,
    reason: 'it is one server and no node of a cluster: expected redis:// and one address',
  },
  {
    pattern: /unknown command.*sentinel/i,
    when: always,
    reason: 'it is no Sentinel: expected redis://, or the addresses of Sentinels',
  },
  {
    pattern: /No such master|ERR .*master with that name/i,
    when: always,
    reason: 'the Sentinels do not know a master of the name in its path',
  },
  {
    pattern: /WRONGPASS|NOAUTH/,
    when: ({ kind }) => kind === 'sentinel',
    reason: 'the Sentinels do not accept sentinel-username and sentinel-password',
  },
  {
    pattern: /WRONGPASS|NOAUTH/,
    when: always,
    reason: 'it does not accept the user and password',
  },
  {
    pattern: /All sentinels/,
    when: always,
    reason: 'none of the Sentinels answers',
  },
  {
    pattern: /max retries per request|Connection is closed|ECONNRESET|EPIPE|Stream isn't writeable/,
    when: ({ tls }) => tls === null,
    reason: 'it ends each connection; if it demands TLS, expected rediss://',
  },
  {
    pattern: /ETIMEDOUT/,
    when: ({ tls }) => tls !== null,
    reason: 'it does not answer to TLS; if it does not speak TLS, expected redis://',
  },
];

interface ClientError extends Error {
  readonly code?: unknown;
  /** Of a cluster of which no node could be used. */
  readonly lastNodeError?: unknown;
}

/**
 * The errors of a Redis client that cannot connect name its own options and timers.
 *
 * @returns an error whose message explains in plain words why the server cannot be used; the same one where nothing is known
 */
export function explainUnreachable(error: unknown, target: RedisTarget): unknown {
  if (!(error instanceof Error)) return error;
  const { code, message, lastNodeError } = error as ClientError;
  const text = [code, message, lastNodeError instanceof Error ? lastNodeError.message : '']
    .filter((part) => typeof part === 'string')
    .join(' ');
  const known = CAUSES.find(({ pattern, when }) => when(target) && pattern.test(text));
  return known ? new Error(known.reason, { cause: error }) : error;
}
