import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { select } from '../testing/operations.ts';
import { renameData } from './answer-names.ts';
import { expandFragments } from './expand-fragments.ts';
import { planOperation } from './planned-operation.ts';

const plan = (source: string) =>
  planOperation(expandFragments(select(source)), 'hash', new Set(['id', 'price']));
const printed = (source: string) => print(plan(source).document).replace(/\s+/g, ' ');

describe('for planning', () => {
  it.each([
    ['an alias that is the name of a key', '{ a { id: name } }', '{ a { id_: name } }'],
    [
      'the same one twice',
      '{ a { id: name ... @include(if: true) { id: name } } }',
      '{ a { id_: name ... @include(if: true) { id_: name } } }',
    ],
    ['a field that is given something', '{ a { price(in: "KRW") } }', '{ a { price_: price(in: "KRW") } }'],
    [
      'below a list or another type',
      '{ a { ... on B { b { id: c } } } }',
      '{ a { ... on B { b { id_: c } } } }',
    ],
    ['where the new name is taken', '{ a { id_: b id: c } }', '{ a { id_: b id__: c } }'],
    ['where the new name is that of a field', '{ a { id: c b { id_ } } }', '{ a { id__: c b { id_ } } }'],
    ['introspection', '{ a x: __type(name: "A") { name } }', '{ a x: __typename }'],
    ['introspection under the name of a key', '{ a id: __schema { description } }', '{ a id_: __typename }'],
    [
      'a variable with the name of the entities',
      'query ($representations: Int, $representations_: Int) { a(b: $representations, c: $representations_) }',
      'query ($representations__: Int, $representations_: Int) { a(b: $representations__, c: $representations_) }',
    ],
  ])('%s has another name', (_what, source, planned) => {
    expect(printed(source)).toBe(planned);
  });

  it.each([
    ['the key itself', '{ a { id x: id id: id } }'],
    ['other aliases', '{ x: a { name: b y: price(in: "KRW") } }'],
  ])('%s keeps its name, and nothing is done for each request', (_what, source) => {
    const selected = expandFragments(select(source));
    const planned = planOperation(selected, 'hash', new Set(['id', 'price']));
    expect(planned).toMatchObject({ names: null, variables: null });
    expect(planned.definition).toBe(selected.definition);
  });
});

describe('the answer', () => {
  it('has the names of the client, in the same order, and nothing else is touched', () => {
    const { names } = plan('{ list { id: a { id: b } key: id rest json { x } } other { id } }');
    const other = { id: 1 };
    const json = { x: { id_: 'of a scalar' } };
    const data = { list: [{ id_: { id_: 'b' }, key: 1, rest: null, json }, null], other };
    const renamed = renameData(data, names!);
    expect(JSON.stringify(renamed)).toBe(
      JSON.stringify({ list: [{ id: { id: 'b' }, key: 1, rest: null, json }, null], other }),
    );
    expect(renamed.other).toBe(other);
  });

  it('may be null at any place', () => {
    const { names } = plan('{ list { id: a } }');
    expect(renameData(null, names!)).toBeNull();
    expect(renameData({ list: null }, names!)).toEqual({ list: null });
  });
});

it('variables have the names of the planned document', () => {
  const { variables } = plan('query ($representations: Int, $x: Int) { a(b: $representations, c: $x) }');
  expect(variables?.({ representations: 1, x: 2 })).toEqual({ representations_: 1, x: 2 });
  expect(variables?.({ x: 2 })).toEqual({ x: 2 });
});
