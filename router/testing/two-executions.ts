import { Kind, parse, type SelectionSetNode } from 'graphql';
import { expect } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import type { SubgraphReply } from '../../platform/subgraph-client/reply.ts';
import type { ExecutionResult } from '../execution/compiled-operation.ts';
import { readAddedFields } from '../operation/added-fields.ts';
import { expandFragments } from '../operation/expand-fragments.ts';
import { supergraphForGateway } from '../operation/gateway-supergraph.ts';
import { readTypesWithHiddenValues } from '../operation/hidden-values.ts';
import { planOperation, type PlannedOperation } from '../operation/planned-operation.ts';
import { selectOperation, type Variables } from '../operation/selected-operation.ts';
import { responseName } from '../operation/walk-selections.ts';
import { loadGateway, type Gateway } from '../schema/gateway.ts';
import { SubgraphSource } from '../subgraph/subgraph-source.ts';
import { stockExecution } from './stock-execution.ts';

const logger = createLogger('test', 'silent');

/** @returns a response as its text */
type AnswerText = (subgraph: string, query: string, variables: object) => Promise<string>;

/** The execution of this router and that of @apollo/gateway, with the same planner and the same responses. */
export class TwoExecutions {
  private constructor(
    private readonly ours: Gateway,
    private readonly stock: Awaited<ReturnType<typeof stockExecution>>,
    private readonly addedFields: ReadonlySet<string>,
  ) {}

  static async open(supergraphSdl: string, answer: AnswerText): Promise<TwoExecutions> {
    const document = parse(supergraphSdl);
    const sdl = supergraphForGateway(document);
    const hidden = readTypesWithHiddenValues(document);
    const traffic = (name: string) => ({
      execute: async ({
        query,
        variables = {},
      }: {
        readonly query: string;
        readonly variables?: object | undefined;
      }) => ({
        status: 200,
        text: await answer(name, query, JSON.parse(JSON.stringify(variables)) as object),
        freshForMs: 0,
      }),
    });
    const stock = await stockExecution(
      sdl,
      async (...sent) => JSON.parse(await answer(...sent)) as SubgraphReply,
      hidden,
    );
    const source = (name: string) => new SubgraphSource(name, traffic(name), 2_000);
    return new TwoExecutions(
      await loadGateway(sdl, source, logger, hidden),
      stock,
      readAddedFields(document),
    );
  }

  /** What clients see. */
  get schema(): Gateway['schema'] {
    return this.ours.schema;
  }

  plan(source: string, operationName: string | null = null): PlannedOperation {
    const selected = selectOperation(parse(source), operationName);
    return planOperation(expandFragments(selected), source + String(operationName), this.addedFields);
  }

  /**
   * Executes it twice, and expects the same data: to the byte, where nothing is selected twice in one place.
   *
   * @param isStrict whether the errors have to be the same, too
   * @returns what this router's execution came to; null where the other one has given up, or there was nothing to execute
   */
  async compare(
    operation: PlannedOperation,
    variables: Variables,
    isStrict: boolean,
  ): Promise<ExecutionResult | null> {
    const expected = await this.stock.execute(operation, variables);
    let actual: ExecutionResult;
    try {
      actual = await this.ours.execute(operation, variables, context());
    } catch (error) {
      // Where no subgraph answers it, the stock executor gives nulls.
      expect(String(error)).toMatch(/no subgraph answers it|cannot plan it/);
      return null;
    }
    if (expected.gaveUp) return null;
    // The stock executor puts what is selected again to where it is selected first, fragments of one type included.
    const written = isRepeating(operation.definition.selectionSet) ? inOneOrder : JSON.stringify;
    expect(written(actual.data)).toBe(written(expected.data));
    if (actual.body !== undefined) expect(actual.body).toBe(JSON.stringify({ data: actual.data }));
    if (!isStrict) return actual;
    const errors = actual.errors ?? [];
    expect(sorted(errors.map(({ message }) => message))).toEqual(
      sorted(expected.errors.map(({ message }) => message)),
    );
    if (expected.errors.every(({ path }) => path))
      expect(sorted(errors.map(({ path, message }) => JSON.stringify([path, message])))).toEqual(
        sorted(expected.errors.map(({ path, message }) => JSON.stringify([path, message]))),
      );
    return actual;
  }

  async stop(): Promise<void> {
    await Promise.all([this.stock.stop(), this.ours.stop()]);
  }
}

const context = () => ({
  identity: { caller: null, requestId: 'r', remainingMs: 1_000 },
  clientKey: 'test',
  deadline: Date.now() + 60_000,
  logger,
});

/** Whether one set of selections has two of one response name, or two fragments on one type. */
function isRepeating({ selections }: SelectionSetNode): boolean {
  const keys = selections.map((node) =>
    node.kind === Kind.FIELD
      ? responseName(node)
      : `... ${node.kind === Kind.INLINE_FRAGMENT ? (node.typeCondition?.name.value ?? '') : node.name.value}`,
  );
  if (new Set(keys).size < keys.length) return true;
  return selections.some(
    (node) => 'selectionSet' in node && node.selectionSet && isRepeating(node.selectionSet),
  );
}

/** As JSON, with the fields of each object by their names. */
const inOneOrder = (data: unknown): string =>
  JSON.stringify(data, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
