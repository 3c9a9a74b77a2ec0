import type { Caller, Identity } from '../identity/identity.ts';
import type { Logger } from '../logger.ts';
import type { Span } from '../observability/span.ts';

/** The context of a request in every subgraph, to which each subgraph adds its loaders and services. It lives as long as the request. */
export interface SubgraphContext {
  /** Null for an anonymous request. */
  readonly caller: Caller | null;
  readonly identity: Identity;
  /** Sent by a process of this system, which holds the secret of this subgraph, rather than with an access token. */
  readonly isSigned: boolean;
  readonly logger: Logger;
  /** The work on this request; see `platform/observability/span.ts`. */
  readonly span: Span;
}

/** Adds to the context of a request. `{ ...base }` would leave out the logger, which is a getter. */
export type ContextMaker<Context extends SubgraphContext> = (base: SubgraphContext) => Context;

/**
 * The part of a context that every subgraph has. Its logger is made when something is logged, as few requests do: one for each request was
 * two hundredths of the CPU time of a purchase.
 */
export class RequestContext implements SubgraphContext {
  readonly caller: Caller | null;
  readonly identity: Identity;
  readonly isSigned: boolean;
  readonly span: Span;
  // Not `#`: Apollo Server copies the properties of a context.
  private readonly processLogger: Logger;
  private ownLogger: Logger | undefined;

  constructor(identity: Identity, isSigned: boolean, span: Span, processLogger: Logger) {
    this.caller = identity.caller;
    this.identity = { ...identity, span };
    this.isSigned = isSigned;
    this.span = span;
    this.processLogger = processLogger;
  }

  get logger(): Logger {
    return (this.ownLogger ??= this.processLogger.child({ requestId: this.identity.requestId }));
  }
}
