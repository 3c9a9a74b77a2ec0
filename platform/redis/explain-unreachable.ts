import type { RedisTarget } from './redis-url.ts';

interface Cause {
  /** Of what the client says. */
  readonly says: RegExp;
  readonly when: (target: RedisTarget) => boolean;
  readonly reason: string;
}

const always = () => true;

/** What the client says while it cannot connect, and the likely reason; the first that fits. */
const CAUSES: readonly Cause[] = [
  {
    says: /cluster support disabled/,
    when: always,
    reason: 'it is one server and no node of a cluster: expected redis:// and one address',
  },
  {
    says: /unknown command.*sentinel/i,
    when: always,
    reason: 'it is no Sentinel: expected redis://, or the addresses of Sentinels',
  },
  {
    says: /No such master|ERR .*master with that name/i,
    when: always,
    reason: 'the Sentinels do not know a master of the name in its path',
  },
  {
    says: /WRONGPASS|NOAUTH/,
    when: ({ kind }) => kind === 'sentinel',
    reason: 'the Sentinels do not accept sentinel-username and sentinel-password',
  },
  {
    says: /WRONGPASS|NOAUTH/,
    when: always,
    reason: 'it does not accept the user and password',
  },
  {
    says: /All sentinels/,
    when: always,
    reason: 'none of the Sentinels answers',
  },
  {
    says: /max retries per request|Connection is closed|ECONNRESET|EPIPE|Stream isn't writeable/,
    when: ({ tls }) => tls === null,
    reason: 'it ends each connection; if it demands TLS, expected rediss://',
  },
  {
    says: /ETIMEDOUT/,
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
 * What a client of Redis says while it cannot connect names its own options and timers.
 *
 * @returns an error whose message says in words for a person why the server cannot be used; the same one where nothing is known
 */
export function explainUnreachable(error: unknown, target: RedisTarget): unknown {
  if (!(error instanceof Error)) return error;
  const { code, message, lastNodeError } = error as ClientError;
  const said = [code, message, lastNodeError instanceof Error ? lastNodeError.message : '']
    .filter((part) => typeof part === 'string')
    .join(' ');
  const known = CAUSES.find(({ says, when }) => when(target) && says.test(said));
  return known ? new Error(known.reason, { cause: error }) : error;
}
