import { expect, it } from 'vitest';
import { rulesFor, select } from '../testing/operations.ts';
import { assertRecursion } from './recursion.ts';

const { schema } = rulesFor(`
  type Query { me: User order: Order }
  type User { name: String orders: Orders }
  type Orders { nodes: [Order!]! }
  type Order { id: ID! buyer: User }
`);

const check = (source: string, limit: number) => () => assertRecursion(schema, select(source), limit);
const refused = expect.objectContaining({ code: 'OPERATION_TOO_COMPLEX' }) as Error;
const round = (times: number) =>
  `{ me ${'{ orders { nodes { buyer '.repeat(times)} { name } ${'} } }'.repeat(times)} }`;

it('allows a field inside itself so many times, and no more', () => {
  expect(check(round(1), 0)).not.toThrow();
  expect(check(round(2), 0)).toThrow(refused);
  expect(check(round(3), 2)).not.toThrow();
  expect(check(round(4), 2)).toThrow(refused);
});

it('does not mind the same field side by side', () => {
  expect(check('{ a: me { orders { nodes { id } } } b: me { orders { nodes { id } } } }', 0)).not.toThrow();
});

it('goes through fragments', () => {
  const source = `{ me { ...A } } fragment A on User { orders { nodes { ... on Order { buyer { ...B } } } } }
    fragment B on User { orders { nodes { id } } }`;
  expect(check(source, 1)).not.toThrow();
  expect(check(source, 0)).toThrow(refused);
});

it('says which field it is', () => {
  expect(check(round(2), 0)).toThrow('Order.buyer inside itself more than 0 times');
});

it('measures fragments that multiply without expanding them', () => {
  const bomb = Array.from({ length: 60 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
  expect(check(`{ ...F0 } ${bomb.join(' ')} fragment F60 on Query { me { name } }`, 0)).not.toThrow();
});
