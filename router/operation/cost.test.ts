import { readFileSync } from 'node:fs';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { rulesFor, select } from '../testing/operations.ts';
import { costFormula, costOf } from './cost.ts';

const rules = rulesFor(`
  directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION

  type Query {
    one: Item
    dear: Item @cost(weight: 10)
    items(first: Int! = 20): Connection! @listSize(slicingArguments: ["first"], sizedFields: ["nodes", "edges"])
    top(first: Int, last: Int): [Item!]! @listSize(slicingArguments: ["first", "last"])
    few: [Item!]! @listSize(assumedSize: 3)
    some: [Item!]!
    found(filter: Filter, sort: String @cost(weight: 7), any: [Filter!]): Item
  }
  input Filter { words: String @cost(weight: 1000) type: String not: Filter }
  type Connection { nodes: [Item!]! edges: [Edge!]! totalCount: Int! }
  type Edge { node: Item! }
  type Item { id: ID! more(first: Int! = 20): Connection! @listSize(slicingArguments: ["first"], sizedFields: ["nodes"]) }
`);

const cost = (source: string, variables = {}) =>
  costOf(costFormula(rules.schema, select(source), rules.costs), variables);

it.each([
  ['an object is 1, a scalar nothing', '{ one { id } }', 1],
  ['a weight of its own', '{ dear { id } }', 10],
  ['a list by its argument', '{ items(first: 5) { nodes { id } } }', 1 + 5],
  ["a list by the schema's default", '{ items { nodes { id } totalCount } }', 1 + 20],
  ['both ways to the same list', '{ items(first: 5) { nodes { id } edges { node { id } } } }', 1 + 5 + 5 * 2],
  [
    'through fragments',
    '{ items(first: 5) { ...C } } fragment C on Connection { nodes { ... on Item { id } } }',
    1 + 5,
  ],
  ['the larger of two arguments', '{ top(first: 2, last: 7) { id } }', 7],
  ['an assumed size', '{ few { id } }', 3],
  ['a list of which nothing is said', '{ some { id } }', 10],
  [
    'lists within lists multiply',
    '{ items(first: 100) { nodes { more(first: 100) { nodes { id } } } } }',
    1 + 100 * (1 + 1 + 100),
  ],
  ['an input field that is given', '{ found(filter: { words: "mug", type: "a" }) { id } }', 1 + 1_000],
  ['an input field that is null as none', '{ found(filter: { words: null }) { id } }', 1],
  [
    'input fields within each other',
    '{ found(any: [{ not: { words: "a" } }, { words: "b" }]) { id } }',
    2_001,
  ],
  ['an argument that is given', '{ found(sort: "name") { id } }', 1 + 7],
  ['no discount for a negative size', '{ items(first: -1000) { nodes { id } } one { id } }', 1 + 0 + 1],
])('counts %s', (_what, source, expected) => {
  expect(cost(source)).toBe(expected);
});

describe('counts introspection by the schema', () => {
  const shop = rulesFor(readFileSync('schema/api.graphql', 'utf8'));
  const costInShop = (source: string) => costOf(costFormula(shop.schema, select(source), shop.costs), {});
  const types = Object.keys(shop.schema.getTypeMap()).length;

  it.each([
    ['one type', '{ __type(name: "Product") { name } }', 1],
    ['all types', '{ __schema { types { name } } }', 1 + types],
  ])('%s', (_what, source, expected) => {
    expect(costInShop(source)).toBe(expected);
  });

  it('twice where it is selected twice', () => {
    const once = costInShop(getIntrospectionQuery());
    const selection = '{ types { fields { name args { name } type { name ofType { name } } } } }';
    expect(costInShop(`{ a: __schema ${selection} b: __schema ${selection} }`)).toBe(
      2 * costInShop(`{ __schema ${selection} }`),
    );
    expect(once).toBeGreaterThan(costInShop(`{ __schema ${selection} }`));
  });

  it('as the playground sends it, as several searches, and within what an operation may cost', () => {
    const usual = costInShop(getIntrospectionQuery());
    expect(usual).toBeGreaterThan(1_000);
    expect(usual).toBeLessThan(10_000);
  });

  it('more with every step from type to type', () => {
    const steps = (count: number): string =>
      count === 0 ? 'name' : `fields { type { ${steps(count - 1)} } }`;
    expect(costInShop(`{ __schema { types { ${steps(8)} } } }`)).toBeGreaterThan(100_000);
  });
});

it('knows the cost from the document alone where it can', () => {
  expect(costFormula(rules.schema, select('{ items { nodes { id } } }'), rules.costs)).toBe(21);
});

it('takes list sizes from variables', () => {
  const source = 'query ($n: Int! = 4) { items(first: $n) { nodes { id } } }';
  expect(cost(source, { n: 50 })).toBe(51);
  expect(cost(source)).toBe(5);
});

it('takes what is given from variables', () => {
  const source =
    'query ($f: Filter, $w: String = "lamp", $s: String) { a: found(filter: $f, sort: $s) { id } b: found(filter: { words: $w }) { id } }';
  expect(cost(source)).toBe(1 + 1 + 1_000);
  expect(cost(source, { w: null })).toBe(2);
  expect(cost(source, { f: { words: 'mug', not: { words: 'cup' } }, w: 'x', s: 'name' })).toBe(2 + 3_000 + 7);
});
