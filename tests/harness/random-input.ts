import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type OperationTypeNode,
} from 'graphql';
import type { RandomNumbers } from './random-numbers.ts';

/** One field with all of its arguments by variables, whose values mostly fit. */
export function randomCall(
  kind: `${OperationTypeNode}`,
  { name, args }: GraphQLField<unknown, unknown>,
  selection: string,
  random: RandomNumbers,
): { readonly query: string; readonly variables: object } {
  const variables = Object.fromEntries(
    args.filter(() => random(10) > 0).map((argument) => [argument.name, inputOf(argument.type, random)]),
  );
  const declared = args.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
  const given = args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const call = args.length === 0 ? name : `${name}(${given})`;
  return { query: `${kind}${declared ? `(${declared})` : ''} { ${call} ${selection} }`, variables };
}

const MISFITS = [null, 7, -1.5, 'text', '', true, [], [null], {}, { stranger: 1 }];

function inputOf(type: GraphQLInputType, random: RandomNumbers, depth = 0): unknown {
  if (random(12) === 0 || depth > 4) return MISFITS[random(MISFITS.length)];
  if (isNonNullType(type)) return inputOf(type.ofType, random, depth);
  if (random(8) === 0) return null;
  if (isListType(type)) {
    const item = () => inputOf(type.ofType, random, depth + 1);
    return random(4) === 0 ? item() : Array.from({ length: random(3) }, item);
  }
  if (isEnumType(type)) return type.getValues()[random(type.getValues().length)]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || random(3) > 0,
    );
    return Object.fromEntries([
      ...fields.map((field) => [field.name, inputOf(field.type, random, depth + 1)] as const),
      ...(random(15) === 0 ? [['stranger', 1] as const] : []),
    ]);
  }
  return scalarOf(type, random);
}

function scalarOf({ name }: GraphQLNamedType, random: RandomNumbers): unknown {
  const values: Record<string, readonly unknown[]> = {
    Int: [0, 1, 2_147_483_648],
    Float: [0.5, 1],
    Boolean: [true, false],
    ID: ['a', 1],
    DateTime: ['2026-01-31T09:00:00Z', '2026-02-30T09:00:00Z'],
  };
  const some = values[name] ?? ['text', ''];
  return some[random(some.length)];
}
