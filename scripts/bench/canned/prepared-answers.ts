import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse, type GraphQLSchema } from 'graphql';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

type Resolvers = Parameters<typeof buildSubgraphSchema>[0] extends infer Modules
  ? Extract<Modules, { resolvers?: unknown }>['resolvers']
  : never;

/** Answers by operation: executed once, and sent again as they are. */
export class PreparedAnswers {
  readonly #schema: GraphQLSchema;
  readonly #answers = new Map<string, Promise<string>>();

  constructor(schema: string, resolvers: object) {
    this.#schema = buildSubgraphSchema({
      typeDefs: parse(schema),
      resolvers: resolvers as NonNullable<Resolvers>,
    });
  }

  /** What an answer may depend on is which entities are read; everything else of the variables is the same in each request, or a key. */
  find({ query, variables }: GraphqlRequest): Promise<string> {
    const key = `${query}\n${JSON.stringify(variables?.['representations'] ?? null)}`;
    let answer = this.#answers.get(key);
    if (!answer) this.#answers.set(key, (answer = this.#execute(query, variables)));
    return answer;
  }

  async #execute(query: string, variables: GraphqlRequest['variables']): Promise<string> {
    const result = await execute({
      schema: this.#schema,
      document: parse(query),
      variableValues: variables,
    });
    return JSON.stringify(result);
  }
}
