import {
  isInputObjectType,
  Kind,
  type FieldNode,
  type GraphQLField,
  isLeafType,
  isListType,
  isNonNullType,
  isInputType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { isRecord } from '../../is-record.ts';

type Values = Readonly<Record<string, unknown>>;
/** @throws {DoesNotFit}, or what a scalar throws */
type Coerce = (value: unknown) => unknown;

class DoesNotFit extends Error {}

/**
 * Coerces the variables of an operation as `getVariableValues` of graphql-js does, with types that are looked up once.
 *
 * @returns null for what does not fit, and for variables with defaults: those are left to graphql-js
 */
export function compileVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): (given: Values) => Record<string, unknown> | null {
  const variables = variableDefinitions.map(({ variable, type: typeNode, defaultValue }) => {
    const type = typeFromAST(schema, typeNode as never) as GraphQLInputType | undefined;
    const coerce = isInputType(type) && !defaultValue ? coercerOf(type) : doesNotFit;
    return { name: variable.name.value, coerce, isRequired: isNonNullType(type) || coerce === doesNotFit };
  });
  return (given) => {
    const values: Record<string, unknown> = {};
    try {
      for (const { name, coerce, isRequired } of variables) {
        if (Object.hasOwn(given, name)) values[name] = coerce(given[name]);
        else if (isRequired) return null;
      }
      return values;
    } catch {
      return null;
    }
  };
}

const doesNotFit: Coerce = () => {
  throw new DoesNotFit();
};

function coercerOf(type: GraphQLInputType): Coerce {
  if (!isNonNullType(type)) {
    const coerce = coercerOfNonNull(type);
    return (value) => (value === null || value === undefined ? null : coerce(value));
  }
  const coerce = coercerOfNonNull(type.ofType);
  return (value) => coerce(value ?? doesNotFit(value));
}

function coercerOfNonNull(type: GraphQLInputType): Coerce {
  if (isLeafType(type))
    return (value) => {
      const parsed: unknown = type.parseValue(value);
      return parsed === undefined ? doesNotFit(value) : parsed;
    };
  if (isListType(type)) {
    const coerceItem = lazily(() => coercerOf(type.ofType));
    return (value) => (Array.isArray(value) ? value.map((item) => coerceItem(item)) : [coerceItem(value)]);
  }
  if (isInputObjectType(type) && !type.isOneOf) return coercerOfFields(Object.values(type.getFields()));
  return doesNotFit;
}

function coercerOfFields(definitions: readonly InputField[]): Coerce {
  const fields = definitions.map(({ name, type, defaultValue }) => ({
    name,
    defaultValue,
    isRequired: isNonNullType(type),
    // Input types may contain themselves.
    coerce: lazily(() => coercerOf(type)),
  }));
  const names = new Set(definitions.map(({ name }) => name));
  return (value) => {
    if (!isRecord(value)) return doesNotFit(value);
    const coerced: Record<string, unknown> = {};
    for (const { name, defaultValue, isRequired, coerce } of fields) {
      const given = value[name];
      if (given !== undefined) coerced[name] = coerce(given);
      else if (defaultValue !== undefined) coerced[name] = defaultValue;
      else if (isRequired) return doesNotFit(value);
    }
    for (const name in value) if (!names.has(name)) return doesNotFit(value);
    return coerced;
  };
}

interface InputField {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue?: unknown;
}

function lazily(make: () => Coerce): Coerce {
  let made: Coerce | undefined;
  return (value) => (made ??= make())(value);
}

/**
 * Puts variables into the arguments of a field, as `getArgumentValues` of graphql-js does.
 *
 * @returns null where that is left to graphql-js: arguments with other values or defaults, and variables that are not given, or null
 */
export function compileArguments(
  { args: definitions }: GraphQLField<unknown, unknown>,
  { arguments: given = [] }: FieldNode,
): (variables: Values) => Record<string, unknown> | null {
  const names: (readonly [argument: string, variable: string])[] = [];
  for (const { name, type, defaultValue } of definitions) {
    const value = given.find((one) => one.name.value === name)?.value;
    if (value?.kind === Kind.VARIABLE) names.push([name, value.name.value]);
    else if (value || defaultValue !== undefined || isNonNullType(type)) return () => null;
  }
  return (variables) => {
    const values: Record<string, unknown> = {};
    for (const [argument, variable] of names) {
      const value = Object.hasOwn(variables, variable) ? variables[variable] : null;
      if (value === null || value === undefined) return null;
      values[argument] = value;
    }
    return values;
  };
}
