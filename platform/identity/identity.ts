import { createHmac, timingSafeEqual } from 'node:crypto';
import { counter } from '../observability/metrics.ts';
import type { Span } from '../observability/span.ts';

/**
 * Who asks. The router verifies an access token and passes on what it says, signed, in one header; a subgraph
 * believes nothing else.
 */
export interface Caller {
  /** A UUID, in lower case with hyphens. */
  readonly userId: string;
  readonly scopes: ReadonlySet<string>;
  /** The signed-in session, where the identity provider names one. */
  readonly sessionId: string | null;
}

export interface Identity {
  /** Null for an anonymous request. */
  readonly caller: Caller | null;
  /** Runs through the logs of every process that works on the request. */
  readonly requestId: string;
  /** How long the asker still waits for an answer, in milliseconds from this moment on; null: it does not say. */
  readonly patienceMs: number | null;
  /** From where the client connects; for attempt limits only, and never stored as it is. */
  readonly clientAddress?: string;
  /** The piece of work that asks; goes along as a header of its own, unsigned. */
  readonly span?: Span;
}

export const IDENTITY_HEADER = 'x-firstcome-identity';

/** Beside the identity, which holds the same id signed: for whatever stands in between and keeps a log. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** How long a signed identity is good for. Long enough for clocks that differ a little, too short to be worth stealing. */
const LIFETIME_MS = 60_000;

/** Longer than a request is under way between two healthy processes whose clocks agree. */
const LATE_MS = 2_000;

const lateRequests = counter(
  'late_requests_total',
  'Requests that were signed more than two seconds before they were looked at: the process is overloaded, or the clocks differ.',
  [],
);

interface Payload {
  u?: string;
  s?: string;
  i?: string;
  r: string;
  p?: number;
  a?: string;
  /** Not valid after: milliseconds since 1970. */
  x: number;
}

/** @returns the value of the identity header, signed by HMAC-SHA-256 (RFC 2104) */
export function signIdentity(secret: string, identity: Identity, now = Date.now()): string {
  const payload: Payload = { r: identity.requestId, x: now + LIFETIME_MS };
  if (identity.caller) {
    payload.u = identity.caller.userId;
    if (identity.caller.scopes.size > 0) payload.s = [...identity.caller.scopes].join(' ');
    if (identity.caller.sessionId) payload.i = identity.caller.sessionId;
  }
  if (identity.patienceMs !== null) payload.p = identity.patienceMs;
  if (identity.clientAddress) payload.a = identity.clientAddress;
  const body = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${body}.${signature(secret, body).toString('base64url')}`;
}

/**
 * The asker has been waiting since it signed: what the request spent on the way, or in the queue of a process that was frozen, is
 * taken off its patience. Where the clocks differ, so is that; a clock behind the asker's takes nothing off.
 *
 * @returns null for a header that is missing, was not signed with this secret, or has expired
 */
export function verifyIdentity(
  secret: string,
  header: string | undefined,
  now = Date.now(),
): Identity | null {
  const [body, given, ...rest] = header?.split('.') ?? [];
  if (!body || !given || rest.length > 0) return null;
  const expected = signature(secret, body);
  const presented = Buffer.from(given, 'base64url');
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return null;

  const payload = JSON.parse(Buffer.from(body, 'base64url').toString()) as Payload;
  if (payload.x < now || payload.x > now + 2 * LIFETIME_MS) return null;
  const ageMs = Math.max(0, now - (payload.x - LIFETIME_MS));
  if (ageMs > LATE_MS) lateRequests.inc();
  return {
    caller: payload.u
      ? { userId: payload.u, scopes: new Set(payload.s?.split(' ') ?? []), sessionId: payload.i ?? null }
      : null,
    requestId: payload.r,
    patienceMs: payload.p === undefined ? null : Math.max(0, payload.p - ageMs),
    ...(payload.a ? { clientAddress: payload.a } : {}),
  };
}

function signature(secret: string, body: string): Buffer {
  return createHmac('sha256', secret).update(body).digest();
}
