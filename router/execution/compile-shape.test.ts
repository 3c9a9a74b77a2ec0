import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { expandFragments } from '../operation/expand-fragments.ts';
import { select } from '../testing/operations.ts';
import { compositeNames } from './compile-shape.ts';
import { BUBBLES, Completion, FAILED } from './completion.ts';
import { OperationShapes } from './operation-shapes.ts';

const schema = buildSchema(`
  scalar Any
  enum Level { LOW HIGH }
  interface Item { id: ID! name: String }
  type Book implements Item { id: ID! name: String! pages: Int! level: Level shelf: Shelf! }
  type Film implements Item { id: ID! name: String length: Float }
  union Thing = Book | Film | Shelf
  type Shelf { row: Int rows: [[Int!]]! books: [Book!] }
  type Query { book: Book strict: Book! item: Item things: [Thing] any: Any flag: Boolean id: ID text: String whole: Int part: Float level: Level }
`);

function shapeOf(query: string, variables: Record<string, unknown> = {}) {
  const { definition } = expandFragments(select(query));
  const shapes = new OperationShapes(schema, compositeNames(schema), definition);
  return shapes.shapeFor(shapes.conditionsOf(variables));
}

function complete(query: string, data: unknown, variables?: Record<string, unknown>) {
  const completion = new Completion();
  const completed = shapeOf(query, variables).complete(data, completion);
  return {
    data: completed === FAILED || completed === BUBBLES ? null : completed,
    paths: completion.errors.map(({ path }) => path?.join('.')),
    hasMisfit: completion.hasMisfit,
  };
}

const book = { __typename: 'Book', id: '1', name: 'N', pages: 2 };

describe('the answer has what was selected, in the order of the operation', () => {
  it.each<[string, string, unknown, unknown]>([
    ['and nothing else', '{ book { name id } }', { other: 1, book }, { book: { name: 'N', id: '1' } }],
    ['null for what is missing', '{ book { id } text }', {}, { book: null, text: null }],
    [
      'under the names of the client',
      '{ b: book { n: name t: __typename constructor: id } }',
      { b: { n: 'N', __typename: 'Book', constructor: '1' } },
      { b: { n: 'N', t: 'Book', constructor: '1' } },
    ],
    [
      'a field of a name that every object has',
      '{ valueOf: text toString: id }',
      {},
      { valueOf: null, toString: null },
    ],
    [
      'by the type of the object',
      '{ things { __typename ... on Item { id } ... on Book { pages } ... on Shelf { row } } }',
      { things: [book, { __typename: 'Film', id: '2' }, { __typename: 'Shelf', row: 3 }, null] },
      {
        things: [
          { __typename: 'Book', id: '1', pages: 2 },
          { __typename: 'Film', id: '2' },
          { __typename: 'Shelf', row: 3 },
          null,
        ],
      },
    ],
    [
      'by the declared type, where the object does not say its own',
      '{ book { __typename ... on Item { id } ... on Book { pages } } }',
      { book: { id: '1', pages: 2 } },
      { book: { __typename: 'Book', id: '1', pages: 2 } },
    ],
    [
      'a field that is selected in several places once, at the first of them',
      '{ item { ... on Book { shelf { row } id } name ... on Item { id ... on Book { shelf { books { id } } } } } }',
      { item: { ...book, shelf: { row: 1, books: [] } } },
      { item: { shelf: { row: 1, books: [] }, id: '1', name: 'N' } },
    ],
    [
      'with fragments of one type where they stand',
      '{ item { ... on Book { id } name ... on Book { pages } } }',
      { item: book },
      { item: { id: '1', name: 'N', pages: 2 } },
    ],
    [
      'lists of lists',
      '{ things { ... on Shelf { rows } } }',
      { things: [{ __typename: 'Shelf', rows: [[1], null, []] }] },
      { things: [{ rows: [[1], null, []] }] },
    ],
  ])('%s', (_what, query, given, expected) => {
    const { data, paths } = complete(query, given);
    expect(JSON.stringify(data)).toBe(JSON.stringify(expected));
    expect(paths).toEqual([]);
  });

  it.each([
    [{ yes: true }, { book: { id: '1' }, text: null }],
    [{ yes: false }, { text: null, flag: null }],
    [{}, { text: null, flag: null }],
  ])('and what %j leaves in', (variables, expected) => {
    const query = `query ($yes: Boolean = false) {
      book @include(if: $yes) { id ... @skip(if: $yes) { pages } } text flag @skip(if: $yes) id @include(if: false)
    }`;
    expect(JSON.stringify(complete(query, { book }, variables).data)).toBe(JSON.stringify(expected));
  });
});

describe('a null where none may be', () => {
  it.each<[string, string, unknown, unknown, string[]]>([
    [
      'goes up to where one may',
      '{ book { id } text }',
      { book: {} },
      { book: null, text: null },
      ['book.id'],
    ],
    ['takes the answer along', '{ text strict { id } }', { text: 'a' }, null, ['strict']],
    [
      'takes a list along',
      '{ book { shelf { rows } } }',
      { book: { shelf: { rows: [[1, null], [null]] } } },
      { book: { shelf: { rows: [null, null] } } },
      ['book.shelf.rows.0.1', 'book.shelf.rows.1.0'],
    ],
    [
      'takes an element along',
      '{ things { ... on Book { pages } } }',
      { things: [{ ...book, pages: null }, book] },
      { things: [null, { pages: 2 }] },
      ['things.0.pages'],
    ],
    [
      'is one by the type that the operation names',
      '{ item { name } }',
      { item: { __typename: 'Book', name: null } },
      { item: { name: null } },
      [],
    ],
  ])('%s', (_what, query, given, data, paths) => {
    expect(complete(query, given)).toEqual({ data, paths, hasMisfit: false });
  });
});

describe('a value that is none of its type is null and an error', () => {
  it.each<[string, unknown[], unknown[]]>([
    ['text', ['', 'a'], [1, true, {}]],
    ['whole', [0, -5, 2 ** 31], [1.5, '1', true, 1e21]],
    ['part', [0, 1.5, -1e300], ['1.5', true, Infinity, -Infinity]],
    ['flag', [true, false], [0, 'true']],
    ['id', ['a', 7], [1.5, true, []]],
    ['level', ['LOW'], ['SECRET', 'toString', 1]],
    ['any', [1, 'a', [{}], { __typename: 1 }], []],
  ])('%s', (field, good, bad) => {
    for (const value of good) {
      expect(complete(`{ ${field} }`, { [field]: value })).toMatchObject({
        data: { [field]: value },
        paths: [],
      });
      expect(shapeOf(`{ ${field} }`).fits({ [field]: value })).toBe(true);
    }
    for (const value of bad) {
      expect(complete(`{ ${field} }`, { [field]: value })).toMatchObject({
        data: { [field]: null },
        paths: [field],
      });
      expect(shapeOf(`{ ${field} }`).fits({ [field]: value })).toBe(false);
    }
  });

  it.each<[string, unknown, unknown, string[], boolean]>([
    [
      'a type that clients do not have',
      { item: { __typename: 'Vault', id: '1' } },
      { item: null },
      ['item'],
      false,
    ],
    ['a type that is no text', { item: { __typename: 7 } }, { item: null }, ['item'], true],
    [
      'an object that does not say its type',
      { item: { id: '1' } },
      { item: null },
      ['item.__typename'],
      false,
    ],
    [
      'an object that says an interface',
      { item: { __typename: 'Item', id: '1' } },
      { item: null },
      ['item.__typename'],
      false,
    ],
    ['a text in the place of an object', { item: 'none' }, { item: null }, ['item.__typename'], true],
    ['a list in the place of an object', { item: [book] }, { item: null }, ['item.__typename'], false],
  ])('%s', (_what, given, data, paths, hasMisfit) => {
    expect(complete('{ item { __typename id } }', given)).toEqual({ data, paths, hasMisfit });
  });

  it('a text in the place of a list', () => {
    expect(complete('{ things { ... on Book { id } } }', { things: 'none' })).toEqual({
      data: { things: null },
      paths: ['things'],
      hasMisfit: true,
    });
  });
});

describe('an answer is the client’s as it is', () => {
  const query = '{ item { __typename id ... on Book { pages shelf { rows } } } text }';
  const shelf = { rows: [[1]] };
  const good = { item: { __typename: 'Book', id: '1', pages: 2, shelf }, text: null };
  it.each<[string, unknown]>([
    ['where all fits', good],
    ['by another type', { item: { __typename: 'Film', id: '1' }, text: 'a' }],
    ['where a null may be', { item: null, text: null }],
  ])('%s', (_what, given) => {
    expect(shapeOf(query).fits(given)).toBe(true);
    expect(JSON.stringify(complete(query, given).data)).toBe(JSON.stringify(given));
  });

  it.each<[string, unknown]>([
    ['a field is missing', { item: null }],
    ['there is one more', { ...good, more: 1 }],
    ['one more is below', { ...good, item: { ...good.item, name: 'N' } }],
    ['the order is another', { text: null, item: good.item }],
    ['a null may not be', { ...good, item: { ...good.item, pages: null } }],
    ['a null in a list may not be', { ...good, item: { ...good.item, shelf: { rows: [[null]] } } }],
    ['a value is of another type', { ...good, text: 1 }],
    ['an object is a list', { ...good, item: [] }],
    ['an object is a text', { ...good, item: 'a' }],
    ['a type is none', { ...good, item: { __typename: 'Vault', id: '1' } }],
    ['a type is that of an interface', { ...good, item: { __typename: 'Item', id: '1' } }],
  ])('and not where %s', (_what, given) => {
    expect(shapeOf(query).fits(given)).toBe(false);
  });
});
