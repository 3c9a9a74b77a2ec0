import { buildSchema, getNamedType, isCompositeType, type GraphQLCompositeType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { select } from '../testing/operations.ts';
import { fieldOf, foldSelections, narrowTypes, responseName, visitSelections } from './walk-selections.ts';

const schema = buildSchema(`
  type Query { a: A any: Any }
  union Any = A | B
  type A { b: B name: String }
  type B { a: A name: String }
`);

/** Each field with the type that it is selected on, in the order of the walk. */
function typedFieldsOf(source: string): string[] {
  const { definition, fragments } = select(source);
  const found: string[] = [];
  visitSelections<GraphQLCompositeType>(definition.selectionSet, fragments, schema.getQueryType()!, {
    narrow: narrowTypes(schema),
    field: (node, parent, below) => {
      found.push(`${parent.name}.${node.name.value}`);
      const field = fieldOf(parent, node.name.value);
      const type = field && getNamedType(field.type);
      if (isCompositeType(type)) below(type);
    },
  });
  return found;
}

const count = (source: string): number => {
  const { definition, fragments } = select(source);
  return foldSelections<void, number>(definition.selectionSet, fragments, undefined, {
    field: (_node, _scope, below) => 1 + below(),
    join: (values) => values.reduce((a, b) => a + b, 0),
  });
};

describe('a walk over selections', () => {
  it.each([
    ['fields of fields', '{ a { b { name } } }', ['Query.a', 'A.b', 'B.name']],
    [
      'inline fragments, with and without a type',
      '{ any { ... on A { name } ... { ... on B { name } } __typename } }',
      ['Query.any', 'A.name', 'B.name', 'Any.__typename'],
    ],
    [
      'fragments in fragments',
      '{ any { ...F } } fragment F on A { ...G name } fragment G on A { b { name } }',
      ['Query.any', 'A.b', 'B.name', 'A.name'],
    ],
    [
      'a fragment that is spread twice, once',
      '{ a { ...F b { a { ...F } } } } fragment F on A { name }',
      ['Query.a', 'A.name', 'A.b', 'B.a'],
    ],
    [
      'a type condition that names no type of the schema',
      '{ ... on Nothing { a { name } } }',
      ['Query.a', 'A.name'],
    ],
    ['a spread of a fragment that there is not', '{ a { ...F name } }', ['Query.a', 'A.name']],
    [
      'no fields below a field of a type that it does not know',
      '{ nothing { a { name } } }',
      ['Query.nothing'],
    ],
  ])('goes through %s', (_what, source, fields) => {
    expect(typedFieldsOf(source)).toEqual(fields);
  });

  it('hands up a value, that of a fragment as often as it is spread', () => {
    expect(count('{ a { name ...F ...F } } fragment F on A { b { name } }')).toBe(6);
  });

  it('walks a fragment once for each different scope', () => {
    const { definition, fragments } = select('{ x { ...F } y { ...F } } fragment F on A { z }');
    const paths: string[] = [];
    visitSelections(definition.selectionSet, fragments, '', {
      field: (node, path, below) => {
        const here = `${path}/${node.name.value}`;
        paths.push(here);
        below(here);
      },
    });
    expect(paths).toEqual(['/x', '/x/z', '/y', '/y/z']);
  });

  it('gives fragments a value of their own where the walk says one', () => {
    const { definition, fragments } = select('{ a ...F ... @d { b } } fragment F on Query { c }');
    const names = foldSelections<void, string>(definition.selectionSet, fragments, undefined, {
      field: responseName,
      fragment: ({ directives = [] }, value) =>
        `(${value}${directives.length > 0 ? ' with directives' : ''})`,
      join: (values) => values.join(' '),
    });
    expect(names).toBe('a (c) (b with directives)');
  });

  it('takes no longer for fragments that double each other than for their text', () => {
    const bomb = Array.from({ length: 60 }, (_, n) => `fragment F${n} on A { ...F${n + 1} ...F${n + 1} }`);
    expect(count(`{ ...F0 } ${bomb.join(' ')} fragment F60 on A { name }`)).toBe(2 ** 60);
  });

  it('ends where a fragment spreads itself', () => {
    expect(count('{ ...F } fragment F on A { name ...F }')).toBe(1);
  });
});
