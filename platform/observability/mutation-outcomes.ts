import {
  defaultFieldResolver,
  getNamedType,
  isAbstractType,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { Fault, type FaultCode } from '../errors.ts';
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
    for (const outcome of knownOutcomes(schema, field.type)) outcomes.labels(name, outcome).inc(0);
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

/** What may well be answered; the first time counts as much as any other (see `counter`). */
const knownOutcomes = (schema: GraphQLSchema, type: GraphQLOutputType): string[] => [
  ...membersOf(schema, type),
  ...(['UNAVAILABLE', 'TIMEOUT', 'INTERNAL'] satisfies FaultCode[]),
];

function membersOf(schema: GraphQLSchema, type: GraphQLOutputType): string[] {
  const named = getNamedType(type);
  return isAbstractType(named) ? schema.getPossibleTypes(named).map(({ name }) => name) : ['OK'];
}

function note(field: string, outcome: string, { span }: SubgraphContext): void {
  outcomes.labels(field, outcome).inc();
  span.note({ [`firstcome.${field}`]: outcome });
}

function typeOf(answer: unknown): string {
  const typename = (answer as { __typename?: unknown } | null | undefined)?.__typename;
  return typeof typename === 'string' ? typename : 'OK';
}
