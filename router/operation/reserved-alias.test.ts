import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { NoReservedAliasRule } from './reserved-alias.ts';

const schema = buildSchema('type Query { name: String next: Query }');
const problems = (document: string) =>
  validate(schema, parse(document), [NoReservedAliasRule]).map(({ message }) => message);

describe('an alias that begins with "__"', () => {
  it.each([
    ['is the type of the object, as Relay selects it', '{ __isNode: __typename }'],
    ['is the type of an object within', '{ next { __isError: __typename } }'],
    ['is the type of the object in a fragment', '{ ...of } fragment of on Query { __isQuery: __typename }'],
    ['is the name of the field itself', '{ __typename: __typename }'],
  ])('is allowed where it %s', (_, document) => {
    expect(problems(document)).toEqual([]);
  });

  it.each([
    ['stands for the type of the object', '{ __typename: name }', '__typename'],
    ['stands for introspection', '{ __schema: name }', '__schema'],
    ['is Relay’s, of another field', '{ __isNode: name }', '__isNode'],
    ['renames introspection', '{ __mine: __schema { queryType { name } } }', '__mine'],
    ['is in a fragment', '{ ... on Query { next { __x: name } } }', '__x'],
  ])('is refused where it %s', (_, document, alias) => {
    expect(problems(document)).toEqual([
      `The alias "${alias}" begins with "__", which GraphQL keeps for itself.`,
    ]);
  });
});
