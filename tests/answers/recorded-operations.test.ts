import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { OperationExecutor } from '../../platform/graphql/execute-operation.ts';
import { TwoExecutions } from '../../router/testing/two-executions.ts';
import { fittingVariables } from './fitting-variables.ts';
import { FLAGS, readOperations } from './operation-list.ts';
import { openApollo, openCompiled, received, SUBGRAPHS } from './prepared-subgraphs.ts';

/** In the first nothing fails, in each of the others other fields do. */
const ROUNDS = [0, 1, 2];

const operations = readOperations();
const supergraph = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');

/** One subgraph executed in both ways, for one round. */
class TwoSubgraphExecutions {
  readonly #answers = new Map<string, Promise<string>>();

  private constructor(
    private readonly apollo: OperationExecutor,
    private readonly compiled: OperationExecutor,
  ) {}

  static async open(name: (typeof SUBGRAPHS)[number], round: number): Promise<TwoSubgraphExecutions> {
    return new TwoSubgraphExecutions(await openApollo(name, round), await openCompiled(name, round));
  }

  /** @returns the response, which is the same in both ways, also when the document is known */
  answer(query: string, variables: object): Promise<string> {
    const key = JSON.stringify([query, variables]);
    const known = this.#answers.get(key) ?? this.#compare(query, variables);
    this.#answers.set(key, known);
    return known;
  }

  async stop(): Promise<void> {
    await Promise.all([this.apollo.stop(), this.compiled.stop()]);
  }

  async #compare(query: string, variables: object): Promise<string> {
    const operation = received({ query, variables });
    const expected = await this.apollo.execute(operation);
    // Apollo Server executes it the first time.
    for (const when of ['new', 'known'])
      expect(await this.compiled.execute(operation), `${when}: ${query}`).toEqual(expected);
    return String(expected.body);
  }
}

it.each(ROUNDS)(
  'what the tests of the whole system send is answered as the stock executor and Apollo Server answer it (round %i)',
  async (round) => {
    const subgraphs = new Map(
      await Promise.all(
        SUBGRAPHS.map(
          async (name) => [name as string, await TwoSubgraphExecutions.open(name, round)] as const,
        ),
      ),
    );
    const both = await TwoExecutions.open(supergraph, (name, ...sent) =>
      subgraphs.get(name)!.answer(...sent),
    );
    const seen = { passedThrough: 0, withErrors: 0, withoutAnswer: 0 };
    for (const { document, operationName = null } of operations) {
      const planned = both.plan(document, operationName);
      for (const flag of FLAGS) {
        const variables = fittingVariables(both.schema, planned.definition, flag);
        const result = await both.compare(planned, variables, true).catch((error: unknown) => {
          throw new Error(`${document}\n${JSON.stringify(variables)}`, { cause: error });
        });
        if (!result) seen.withoutAnswer += 1;
        if (result?.body !== undefined) seen.passedThrough += 1;
        if (result?.errors) seen.withErrors += 1;
      }
    }
    await Promise.all([both.stop(), ...[...subgraphs.values()].map((one) => one.stop())]);
    expect(seen.withoutAnswer).toBe(0);
    expect(seen.passedThrough).toBeGreaterThan(operations.length / 4);
    if (round > 0) expect(seen.withErrors).toBeGreaterThan(operations.length / 10);
  },
  300_000,
);
