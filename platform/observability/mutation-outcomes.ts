import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { Fault } from '../errors.ts';
import type { SubgraphContext } from '../graphql/subgraph-context.ts';
import { counter } from './metrics.ts';

const outcomes = counter(
  'mutations_total',
  'What mutations were answered: a member of the result union, or the code of a fault.',
  ['field', 'outcome'],
);

/** Counts the answers of every mutation of the schema, in place: what is refused is data, so no status code tells of it. */
export function countMutationOutcomes(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = (field.resolve ?? defaultFieldResolver) as GraphQLFieldResolver<unknown, SubgraphContext>;
    field.resolve = async (parent, args, context: SubgraphContext, info) => {
      try {
        const answer: unknown = await resolve(parent, args, context, info);
        note(name, typeOf(answer), context);
        return answer;
      } catch (error) {
        note(name, error instanceof Fault ? error.code : 'INTERNAL', context);
        throw error;
      }
    };
  }
  return schema;
}

function note(field: string, outcome: string, { span }: SubgraphContext): void {
  outcomes.labels(field, outcome).inc();
  span.note({ [`firstcome.${field}`]: outcome });
}

function typeOf(answer: unknown): string {
  const typename = (answer as { __typename?: unknown } | null | undefined)?.__typename;
  return typeof typename === 'string' ? typename : 'OK';
}
