import type { Variables } from '../operation/selected-operation.ts';
import type { ExecutionContext } from '../subgraph/execution-context.ts';
import type { Path } from './entities.ts';
import type { FoundError } from './execution-error.ts';
import type { Fields } from './fields.ts';

/** One execution of a plan. */
export interface Run {
  /** As the plan names them. */
  readonly variables: Variables;
  /** With the defaults of those that are left out; only where the operation has conditions. */
  readonly conditions: Variables;
  readonly context: ExecutionContext;
  /** The root fields as subgraphs have answered them, with what was read of the entities in them; null: no subgraph has answered any. */
  data: Fields | null;
  /** The body for the client in which all of `data` came, as it came; null: there is none. */
  body: string | null;
  isSent: boolean;
  readonly errors: FoundError[];
}

/** Where in the data a step of a plan works. */
export interface Cursor {
  readonly entities: readonly Fields[];
  /** Of the plan: `@` stands for every element of a list. */
  readonly path: Path;
}

/** One node of a plan, compiled. It never rejects. @param at null: at the root */
export type Step = (run: Run, at: Cursor | null) => Promise<void> | void;
