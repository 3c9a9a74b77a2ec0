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

export type ContextMaker<Context extends SubgraphContext> = (base: SubgraphContext) => Context;
