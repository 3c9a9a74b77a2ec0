import type { Span } from '../observability/span.ts';

/**
 * The caller of a request. The router verifies an access token and forwards its content, signed, in one header; a subgraph trusts nothing
 * else.
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
  /** Correlation id in the logs of every process that works on the request. */
  readonly requestId: string;
  /** Remaining time until the caller's deadline (deadline propagation), in milliseconds from this moment on; null: not known. */
  readonly remainingMs: number | null;
  /**
   * When the request reached the process that signs, in milliseconds since 1970 by that process's clock. In a verified identity it is
   * always there: when it was signed, unless the signer states another time.
   */
  readonly receivedAt?: number;
  /** From where the client connects; for attempt limits only, and never stored as it is. */
  readonly clientAddress?: string;
  /** The span of the caller; sent in a header of its own, unsigned. */
  readonly span?: Span;
}

/** Of a request: the signed identity; see `signed-identity.ts`. */
export const IDENTITY_HEADER = 'x-firstcome-identity';

/** Of an answer with status 421: the instance of the subgraph that a signed identity must name to be accepted there. */
export const INSTANCE_HEADER = 'x-firstcome-instance';

/** Beside the identity, which holds the same id signed: for proxies in between that keep a log. */
export const REQUEST_ID_HEADER = 'x-request-id';
