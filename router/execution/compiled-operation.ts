import type { GraphQLError, GraphQLSchema } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { renameData, renameError } from '../operation/answer-names.ts';
import type { Variables } from '../operation/selected-operation.ts';
import { withoutHiddenValues, type TypesWithHiddenValues } from '../operation/hidden-values.ts';
import type { PlannedOperation } from '../operation/planned-operation.ts';
import type { ExecutionContext } from '../subgraph/execution-context.ts';
import type { PlanParts } from './compile-fetch.ts';
import { compilePlan } from './compile-plan.ts';
import type { CompositeNames } from './compile-shape.ts';
import { BUBBLES, Completion, FAILED, type Completer } from './completion.ts';
import { placeErrors, type ExecutionError, type FoundError } from './execution-error.ts';
import type { Fields } from './fields.ts';
import { OperationShapes } from './operation-shapes.ts';
import { mayPassThrough } from './pass-through.ts';
import type { QueryPlan } from './plan.ts';
import type { Run, Step } from './run.ts';

/** What executing an operation has come to. */
export interface ExecutionResult {
  readonly data?: Fields | null | undefined;
  /** Left out where there are none. */
  readonly errors?: readonly ExecutionError[];
  /** The whole body for the client, where the answer of a subgraph is it; then there are no errors. */
  readonly body?: string | undefined;
  /** The root fields as subgraphs have answered them, before an error has taken them along. */
  readonly received?: Fields | null;
}

/** What operations on one supergraph are compiled with. */
export interface ExecutionParts extends PlanParts {
  readonly schema: GraphQLSchema;
  readonly names: CompositeNames;
  readonly hidden: TypesWithHiddenValues;
}

/** An operation with its plan: for each request only its variables are put in. */
export class CompiledOperation {
  readonly #operation: PlannedOperation;
  readonly #parts: ExecutionParts;
  readonly #plan: Step | null;
  readonly #shapes: OperationShapes;
  readonly #mayPassThrough: boolean;

  /** @throws where the plan has a part that this router does not execute */
  constructor(plan: QueryPlan, operation: PlannedOperation, parts: ExecutionParts) {
    this.#operation = operation;
    this.#parts = parts;
    this.#plan = compilePlan(plan, parts);
    this.#shapes = new OperationShapes(parts.schema, parts.names, operation.definition);
    this.#mayPassThrough = mayPassThrough(plan, operation, parts.schema, parts.hidden);
  }

  /**
   * Once something was sent, there is an answer: the data there is, beside errors at their places.
   *
   * @param variables by the names of the planned document
   * @throws {Fault} BAD_REQUEST where no subgraph answers the operation
   */
  async execute(variables: Variables, context: ExecutionContext): Promise<ExecutionResult> {
    const conditions = this.#shapes.conditionsOf(variables);
    const run: Run = { variables, conditions, context, data: null, body: null, isSent: false, errors: [] };
    await this.#plan?.(run, null);
    const shape = this.#shapes.shapeFor(conditions);
    const { data, body } = run;
    if (this.#mayPassThrough && body !== null && data && shape.fits(data)) return { data, body };
    return this.#complete(run, shape);
  }

  #complete(run: Run, shape: Completer): ExecutionResult {
    const completion = new Completion();
    const completed = shape.complete(run.data ?? {}, completion);
    const data = completed === FAILED || completed === BUBBLES ? null : (completed as Fields);
    const hasFailed = run.errors.length > 0 || completion.hasMisfit;
    if (!hasFailed && !run.isSent && this.#lacksAnswer(run, data))
      throw new Fault('BAD_REQUEST', 'The operation fits the schema, but no subgraph answers it.');
    const errors = hasFailed ? failures(run, completion) : this.#unfit(data, completion);
    return { ...this.#clients(data, placeErrors(errors, data)), received: run.data };
  }

  /** Of an operation for which nothing was sent. */
  #lacksAnswer({ conditions }: Run, data: Fields | null): boolean {
    return Object.values(data ?? {}).includes(null) && this.#shapes.needsAnswer(conditions);
  }

  /** A null where the schema allows none, where no subgraph has said why. */
  #unfit(data: Fields | null, { errors }: Completion): readonly GraphQLError[] {
    if (errors.length === 0) return errors;
    const { schema, hidden } = this.#parts;
    const { definition } = this.#operation;
    return withoutHiddenValues({ schema, definition, data, errors }, hidden);
  }

  #clients(data: Fields | null, errors: readonly ExecutionError[]): ExecutionResult {
    const { names } = this.#operation;
    const shown = names ? errors.map((error) => renameError(error, names)) : errors;
    return { data: names ? renameData(data, names) : data, ...(shown.length === 0 ? {} : { errors: shown }) };
  }
}

/** What the subgraphs have said; what came of another kind than it should is said beside it. */
function failures({ errors }: Run, completion: Completion): readonly FoundError[] {
  if (!completion.hasMisfit) return errors;
  const all = [...errors, ...completion.errors];
  return all.length > 0 ? all : [new Fault('INTERNAL')];
}
