import { isEnumType, specifiedScalarTypes, type GraphQLLeafType } from 'graphql';

/** Whether a value that a subgraph has answered is one of the type. Values are passed on as they are; of a custom scalar, any is. */
export type IsLeafValue = (value: unknown) => boolean;

const isWhole = (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) < 1e21;
const isString = (value: unknown): boolean => typeof value === 'string';

const SCALARS: Readonly<Record<string, IsLeafValue>> = {
  Int: isWhole,
  // JSON may have `1e400`, which is read as Infinity.
  Float: (value) => Number.isFinite(value),
  String: isString,
  Boolean: (value) => typeof value === 'boolean',
  ID: (value) => isString(value) || isWhole(value),
};

const ANY: IsLeafValue = () => true;

export function leafValuesOf(type: GraphQLLeafType): IsLeafValue {
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map(({ name }) => name));
    return (value) => names.has(value as string);
  }
  const isSpecified = specifiedScalarTypes.some(({ name }) => name === type.name);
  return (isSpecified && SCALARS[type.name]) || ANY;
}
