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
  /**
   * When the request reached the process that signs, in milliseconds since 1970 by that process's clock. In a verified identity it is
   * always there: when it was signed, unless the signer says otherwise.
   */
  readonly receivedAt?: number;
  /** From where the client connects; for attempt limits only, and never stored as it is. */
  readonly clientAddress?: string;
  /** The piece of work that asks; goes along as a header of its own, unsigned. */
  readonly span?: Span;
}

/** Of a request: the signed identity; see `signed-identity.ts`. */
export const IDENTITY_HEADER = 'x-firstcome-identity';

/** Of an answer with status 421: the instance of the subgraph that a signed identity must name to be accepted there. */
export const INSTANCE_HEADER = 'x-firstcome-instance';

/** Beside the identity, which holds the same id signed: for whatever stands in between and keeps a log. */
export const REQUEST_ID_HEADER = 'x-request-id';
