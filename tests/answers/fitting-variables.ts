import {
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

const MAX_DEPTH = 4;

/** A value for each variable, the same ones for the same operation. @param flag the value of each Boolean */
export function fittingVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  flag: boolean,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    variableDefinitions.map(({ variable, type: node }) => {
      const type = typeFromAST(schema, node);
      return [variable.name.value, isInputType(type) ? valueOf(type, flag, 0) : null];
    }),
  );
}

function valueOf(type: GraphQLInputType, flag: boolean, depth: number): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType, flag, depth);
  if (isListType(type)) return [valueOf(type.ofType, flag, depth)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || depth < MAX_DEPTH,
    );
    return Object.fromEntries(fields.map((field) => [field.name, valueOf(field.type, flag, depth + 1)]));
  }
  return { Int: 2, Float: 0.5, Boolean: flag, DateTime: '2026-01-31T09:00:00Z' }[type.name] ?? '1';
}
