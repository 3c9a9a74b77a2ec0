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
  'Results of mutations: a member of the result union, or the code of a fault.',
  ['field', 'outcome'],
);

/** Counts the results of every mutation of the schema, in place: a refusal is data, so it has no status code. */
export function countMutationOutcomes(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = (field.resolve ?? defaultFieldResolver) as GraphQLFieldResolver<unknown, SubgraphContext>;
    for (const outcome of knownOutcomes(schema, field.type)) outcomes.labels(name, outcome).inc(0);
    field.resolve = async (parent, args, context: SubgraphContext, info) => {
      try {
        const result: unknown = await resolve(parent, args, context, info);
        record(name, typeOf(result), context);
        return result;
      } catch (error) {
        record(name, error instanceof Fault ? error.code : 'INTERNAL', context);
        throw error;
      }
    };
  }
  return schema;
}

/** The expected results; they are exported as 0 from the start (see `counter`). */
const knownOutcomes = (schema: GraphQLSchema, type: GraphQLOutputType): string[] => [
  ...membersOf(schema, type),
  ...(['UNAVAILABLE', 'TIMEOUT', 'INTERNAL'] satisfies FaultCode[]),
];

function membersOf(schema: GraphQLSchema, type: GraphQLOutputType): string[] {
  const named = getNamedType(type);
  return isAbstractType(named) ? schema.getPossibleTypes(named).map(({ name }) => name) : ['OK'];
}

function record(field: string, outcome: string, { span }: SubgraphContext): void {
  outcomes.labels(field, outcome).inc();
  if (span.isRecorded) span.setAttributes({ [`firstcome.${field}`]: outcome });
}

function typeOf(result: unknown): string {
  const typename = (result as { __typename?: unknown } | null | undefined)?.__typename;
  return typeof typename === 'string' ? typename : 'OK';
}
