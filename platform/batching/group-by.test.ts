import { expect, it } from 'vitest';
import { groupBy } from './group-by.ts';

it('groups stay in the order in which they first occur', () => {
  expect([...groupBy(['b1', 'a1', 'b2'], (text) => text[0]!)]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
  ]);
});
