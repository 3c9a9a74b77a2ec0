import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type ResponsePath,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { randomFrom, type RandomNumbers } from './random-numbers.ts';

/** Resolves any field, at once or later, to a value that mostly fits; the same one for the same place in the same operation. */
export function faultyResolver(
  _parent: unknown,
  args: object,
  _context: unknown,
  info: GraphQLResolveInfo,
): unknown {
  const place = `${info.parentType.name}.${info.fieldName} ${responsePathAsArray(info.path).join('.')} ${JSON.stringify(args)}`;
  const random = randomFrom(seedOf(place + (info.operation.loc?.source.body ?? '')));
  // Where one element of a list fails at once, graphql-js leaves the promises of those before without a handler.
  const turns = isInList(info.path) ? 1 + random(3) : random(4);
  const value = () => valueOf(info.returnType, random, info);
  return turns === 0 ? value() : later(turns, value);
}

const isInList = (path: ResponsePath | undefined): boolean =>
  path !== undefined && (typeof path.key === 'number' || isInList(path.prev));

async function later<Value>(turns: number, value: () => Value): Promise<Value> {
  for (let turn = 1; turn < turns; turn++) await Promise.resolve();
  return value();
}

function valueOf(type: GraphQLOutputType, random: RandomNumbers, info: GraphQLResolveInfo): unknown {
  switch (random(24)) {
    case 0:
      throw new Error('A resolver failed.');
    case 1:
      throw new Fault('FORBIDDEN');
    case 2:
      throw new Fault('BAD_REQUEST', 'Not like this.', { http: { status: 400 }, hint: 'another' });
    case 3:
      return new Error('A resolver returned an error.');
    case 4:
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104 });
    case 5:
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw 'no error';
    case 6:
      return null;
    case 7:
      return { neither: 'a leaf', nor: 'a list' };
  }
  return fitting(type, random, info);
}

function fitting(type: GraphQLOutputType, random: RandomNumbers, info: GraphQLResolveInfo): unknown {
  if (isNonNullType(type)) return fitting(type.ofType, random, info);
  if (isListType(type)) {
    const items = Array.from({ length: random(4) }, () => {
      const item = () => (random(8) === 0 ? null : fitting(type.ofType, random, info));
      return later(1 + random(3), item);
    });
    return random(4) === 0 ? new Set(items) : items;
  }
  const named = getNamedType(type);
  if (isAbstractType(named)) {
    const possible = info.schema.getPossibleTypes(named).map(({ name }) => name);
    const others = ['Query', 'Stranger', 'String', 7, undefined];
    return {
      __typename: random(12) === 0 ? others[random(others.length)] : possible[random(possible.length)],
    };
  }
  if (isObjectType(named)) return { __typename: named.name };
  if (isEnumType(named)) return named.getValues()[random(named.getValues().length)]!.value as unknown;
  return { Int: 7, Float: 0.5, Boolean: true, DateTime: new Date(0) }[named.name] ?? 'text';
}

/** FNV-1a. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
