import { describe, expect, it } from 'vitest';
import { rulesFor, select } from '../testing/operations.ts';
import { requiredAccess } from './required-access.ts';

const rules = rulesFor(`
  directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM

  type Query {
    open: Thing
    mine: Thing @authenticated
    either: String @requiresScopes(scopes: [["a", "b"], ["c"]])
    node: Node
    any: Any
    secrets: [Secret!]
    level: Level
  }
  interface Node { id: ID! }
  type Thing implements Node { id: ID! inside: Inside }
  type Inside implements Node { id: ID! @requiresScopes(scopes: [["inside"]]) open: String }
  type Secret @requiresScopes(scopes: [["secret"]]) { text: String }
  union Any = Thing | Secret
  enum Level @authenticated { LOW }
`);

const access = (source: string) => requiredAccess(rules.schema, select(source), rules.access);
const NOTHING = { authenticated: false, scopes: [] };
const SIGNED_IN = { authenticated: true, scopes: [] };

describe('an operation needs', () => {
  it.each([
    ['nothing for open fields', '{ open { inside { open } } }', NOTHING],
    ['nothing for introspection', '{ __typename __schema { queryType { name } } }', NOTHING],
    ['what a field needs', '{ mine { __typename } }', SIGNED_IN],
    ['what a field needs under another name', '{ open: mine { __typename } }', SIGNED_IN],
    [
      'what a field needs in a fragment',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { mine { id } }',
      SIGNED_IN,
    ],
    [
      'what a field needs in an inline fragment',
      '{ ... { ... on Query { mine { __typename } } } }',
      SIGNED_IN,
    ],
    [
      'what a field needs that might be left out',
      'query ($x: Boolean!) { mine @skip(if: $x) { __typename } }',
      SIGNED_IN,
    ],
    [
      'the scopes, as the schema offers them',
      '{ either }',
      { authenticated: true, scopes: [[['a', 'b'], ['c']]] },
    ],
    ['what is deep inside', '{ open { inside { id } } }', { authenticated: true, scopes: [[['inside']]] }],
    [
      'what its answer may turn out to be, behind an interface',
      '{ node { id } }',
      { authenticated: true, scopes: [[['inside']]] },
    ],
    [
      'what the member of a union needs that it looks into',
      '{ any { ... on Secret { text } } }',
      { authenticated: true, scopes: [[['secret']]] },
    ],
    ['nothing for the other member of a union', '{ any { ... on Thing { inside { open } } } }', NOTHING],
    [
      'what may be the member of a union whose type it selects',
      '{ any { __typename } }',
      { authenticated: true, scopes: [[['secret']]] },
    ],
    [
      'what a type needs, in a list',
      '{ secrets { __typename } }',
      { authenticated: true, scopes: [[['secret']]] },
    ],
    ['what a leaf type needs', '{ level }', SIGNED_IN],
    [
      'everything of everything, each once',
      '{ a: either b: either secrets { text } mine { id } }',
      { authenticated: true, scopes: [[['a', 'b'], ['c']], [['secret']]] },
    ],
  ])('%s', (_what, source, expected) => {
    expect(access(source)).toEqual(expected);
  });

  it('what the selected operation needs, not another beside it', () => {
    const document = select('query A { mine { id } } query B { open { inside { open } } }', 'B');
    expect(requiredAccess(rules.schema, document, rules.access)).toEqual(NOTHING);
  });
});
