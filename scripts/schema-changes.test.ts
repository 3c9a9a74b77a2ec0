import { expect, it } from 'vitest';
import { schemaChanges } from './schema-changes.ts';

const BEFORE =
  'type Query { product(id: ID!): String stock: Int! sold: Int! status: Status } enum Status { OPEN }';

it.each([
  [
    'a field that is gone',
    'type Query { product(id: ID!): String sold: Int! status: Status } enum Status { OPEN }',
    'stock',
  ],
  ['a field that may be null now', BEFORE.replace('stock: Int!', 'stock: Int'), 'stock'],
  ['an argument that must be given now', BEFORE.replace('(id: ID!)', '(id: ID!, by: Int!)'), 'by'],
])('%s breaks clients', (_what, after, name) => {
  const { breaking, dangerous } = schemaChanges(BEFORE, after);
  expect(breaking).toEqual([expect.stringContaining(name)]);
  expect(dangerous).toEqual([]);
});

it('a value that an enum has in addition is dangerous: a client may not expect it', () => {
  expect(schemaChanges(BEFORE, BEFORE.replace('OPEN', 'OPEN CLOSED'))).toEqual({
    breaking: [],
    dangerous: [expect.stringContaining('CLOSED')],
  });
});

it('what is added otherwise is neither', () => {
  const after = BEFORE.replace('stock: Int!', 'stock: Int! more(of: Int): Int');
  expect(schemaChanges(BEFORE, after)).toEqual({ breaking: [], dangerous: [] });
});
