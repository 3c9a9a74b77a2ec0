import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { CostWeights, ListSize } from './cost-weights.ts';

/** Weights by which the cost formula counts introspection too. */
export const withIntrospection = (costs: CostWeights, schema: GraphQLSchema): CostWeights => ({
  ...costs,
  lists: new Map([...costs.lists, ...introspectionSizes(schema)]),
});

/**
 * How long the lists of introspection are on average in a schema, by `__Type.field`, for the cost formula: the router answers introspection by
 * itself, and an answer for all types takes it as much CPU time as several searches. Averages are taken over the types that have such a list,
 * so that an operation which follows fields from type to type is not estimated too low.
 */
function introspectionSizes(schema: GraphQLSchema): ReadonlyMap<string, ListSize> {
  const types = Object.values(schema.getTypeMap());
  const withFields = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = withFields.flatMap((type) => Object.values(type.getFields()));
  const args = fields.map((field) => field.args.length);
  const directives = schema.getDirectives();
  return new Map(
    Object.entries({
      '__Schema.types': types.length,
      '__Schema.directives': directives.length,
      '__Directive.args': mean(directives.map((directive) => directive.args.length)),
      '__Directive.locations': 1,
      '__Type.fields': mean(withFields.map(numberOfFields)),
      '__Type.interfaces': mean(withFields.map((type) => type.getInterfaces().length)),
      '__Type.possibleTypes': mean(types.flatMap((type) => possibleTypes(schema, type))),
      '__Type.enumValues': mean(types.filter(isEnumType).map((type) => type.getValues().length)),
      // Null for a type that is no list and may be null.
      '__Type.ofType': 0.75,
      '__Type.inputFields': mean(types.filter(isInputObjectType).map(numberOfFields)),
      '__Field.args': mean(args),
    }).map(([field, assumedSize]) => [field, { slicingArguments: [], sizedFields: [], assumedSize }]),
  );
}

const numberOfFields = (type: { getFields(): object }): number => Object.keys(type.getFields()).length;

const possibleTypes = (schema: GraphQLSchema, type: GraphQLNamedType): number[] =>
  isUnionType(type) || isInterfaceType(type) ? [schema.getPossibleTypes(type).length] : [];

const mean = (counts: readonly number[]): number =>
  counts.length === 0 ? 0 : counts.reduce((sum, count) => sum + count, 0) / counts.length;
