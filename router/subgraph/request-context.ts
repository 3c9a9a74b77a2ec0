import type { Identity } from '../../platform/identity/identity.ts';
import type { Logger } from '../../platform/logger.ts';

/** What the way down knows of a request. */
export interface RequestContext {
  readonly identity: Identity;
  /** When the caller gets an answer at the latest; milliseconds since 1970. */
  readonly deadline: number;
  readonly logger: Logger;
  /** Told when a subgraph is asked; the plan is there by then. */
  readonly onPlan?: () => void;
}
