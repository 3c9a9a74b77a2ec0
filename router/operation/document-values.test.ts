import { describe, expect, it } from 'vitest';
import { rulesFor } from '../testing/operations.ts';
import { analyseOperation } from './operation.ts';

/** New documents cost nothing here. */
const unlimited = () => undefined;

const rules = rulesFor(
  `scalar DateTime
   scalar Anything
   enum Kind { ONE TWO }
   input Filter { name: String, kind: Kind, most: Int, share: Float, ids: [ID!], at: DateTime, both: Filter }
   directive @tag(note: String, level: Int) on FIELD
   type Node { id: ID! name: String nodes(first: Int, filter: Filter, any: Anything): [Node!]! }
   type Query { node(id: ID!): Node nodes(first: Int, filter: Filter, any: Anything): [Node!]! }
   type Mutation { change(input: Filter!, times: Int): Boolean }`,
);

/** In the order of the table in the README. */
const OF_THE_PROGRAM: readonly (readonly [what: string, source: string])[] = [
  ['nothing but names', '{ nodes { id name } }'],
  ['variables', 'query Named($id: ID!, $f: Filter) { node(id: $id) { id } nodes(filter: $f) { id } }'],
  ['the length of a list', '{ nodes(first: 20) { id } }'],
  [
    'a number for a number, in an input',
    '{ nodes(filter: { most: 5, share: 0.5, both: { most: 1 } }) { id } }',
  ],
  ['a whole number for a fraction', '{ nodes(filter: { share: 1 }) { id } }'],
  ['an enum value', '{ nodes(filter: { kind: ONE }) { id } }'],
  ['true, false and null', '{ nodes(filter: null) @skip(if: false) { id @include(if: true) } }'],
  ['a number by default', 'query ($n: Int = 10) { nodes(first: $n) { id } }'],
  ['a number of a directive', '{ nodes { id @tag(level: 3) } }'],
  ['an empty list and object', '{ nodes(filter: { ids: [] }) { id } more: nodes(filter: {}) { id } }'],
];

const OF_A_PERSON: readonly (readonly [what: string, source: string])[] = [
  ['a string', '{ nodes(filter: { name: "Mina" }) { id } }'],
  ['an empty string', '{ nodes(filter: { name: "" }) { id } }'],
  ['a block string', '{ nodes(filter: { name: """Mina""" }) { id } }'],
  ['an id as a string', '{ node(id: "1") { id } }'],
  ['an id as a number', '{ node(id: 821012345678) { id } }'],
  ['ids as numbers in a list', '{ nodes(filter: { ids: [1, 2] }) { id } }'],
  ['an id as a number by default', 'query ($id: ID! = 1) { node(id: $id) { id } }'],
  ['a string by default', 'query ($f: Filter = { name: "Mina" }) { nodes(filter: $f) { id } }'],
  [
    'a string that is far down',
    '{ nodes { nodes { nodes(filter: { both: { both: { name: "Mina" } } }) { id } } } }',
  ],
  ['an instant', '{ nodes(filter: { at: "1990-01-31T00:00:00Z" }) { id } }'],
  ['a string in a scalar of any form', '{ nodes(any: { a: ["Mina"] }) { id } }'],
  ['a number in a scalar of any form', '{ nodes(any: { a: [821012345678] }) { id } }'],
  ['a name in a scalar of any form', '{ nodes(any: { a: Mina }) { id } }'],
  ['a string of a directive', '{ nodes { id @tag(note: "Mina") } }'],
  [
    'a string in a fragment',
    '{ node(id: $id) { ...F } } fragment F on Node { nodes(filter: { name: "Mina" }) { id } }'.replace(
      '{ node',
      'query ($id: ID!) { node',
    ),
  ],
  ['a string in another operation', 'query A { nodes { id } } query B { node(id: "1") { id } }'],
  ['a comment', '{ nodes { id } } # for mina@firstcome.example'],
];

const analyse = (source: string, name: string | null = null) =>
  analyseOperation(source, name, rules, unlimited);

describe('a document holds values', () => {
  it.each(OF_A_PERSON)('with %s', (_what, source) => {
    const operation = analyse(source, source.includes('query A') ? 'A' : null);
    expect(operation.holdsValues).toBe(true);
  });
});

describe('a document holds none', () => {
  it.each(OF_THE_PROGRAM)('with %s', (_what, source) => {
    expect(analyse(source).holdsValues).toBe(false);
  });
});

describe('a document is read-only', () => {
  it.each([
    ['{ nodes { id } }', null, true],
    ['query A { nodes { id } } query B { nodes { id } }', 'A', true],
    ['mutation ($f: Filter!) { change(input: $f) }', null, false],
    ['query A { nodes { id } } mutation B { change(input: {}) }', 'A', false],
  ])('%s, %s: %s', (source, name, isReadOnly) => {
    expect(analyse(source, name).isReadOnly).toBe(isReadOnly);
  });
});
