import type { Identity } from '../../platform/identity/identity.ts';
import type { Logger } from '../../platform/logger.ts';

/** What the execution of one operation knows of its request, down to the subgraphs. */
export interface ExecutionContext {
  readonly identity: Identity;
  /** `clientKeyOf` the identity: whose share of the subgraphs it takes. */
  readonly clientKey: string;
  /** When the caller gets an answer at the latest; milliseconds since 1970. */
  readonly deadline: number;
  readonly logger: Logger;
  /** Set once a mutation of the request is answered: until when the rest may still be read; milliseconds since 1970. */
  followUpDeadline?: number;
  /** Called before something is sent to a subgraph that an anonymous caller does not share with others. @throws {Fault} RATE_LIMITED */
  readonly beforeSend?: () => void | Promise<void>;
  /** Called with how long each part of the answer may be cached and reused for other callers, in milliseconds. */
  readonly onFreshness?: (freshForMs: number) => void;
  /** Called when a request to a subgraph is made; planning has ended by then. */
  readonly onPlan?: () => void;
}
