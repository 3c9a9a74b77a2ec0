import { expect, it } from 'vitest';
import { rulesFor, select } from '../testing/operations.ts';
import { resultTypeIn, resultTypesOf } from './result-types.ts';

const { schema } = rulesFor(`
  type Query { a: Int }
  type Mutation { buy: BuyResult! touch: Int }
  union BuyResult = Bought | SoldOut
  type Bought { id: ID! }
  type SoldOut { message: String! }
`);
const typesOf = (source: string) => [...resultTypesOf(schema, select(source))];

it('knows what a mutation may be answered', () => {
  expect(typesOf('mutation { mine: buy { __typename } }')).toEqual(['Bought', 'SoldOut']);
  for (const source of [
    '{ a }',
    'mutation { touch }',
    'mutation { a: buy { __typename } b: buy { __typename } }',
  ])
    expect(typesOf(source)).toEqual([]);
});

it('reads what it was answered, and accepts no other text', () => {
  const types = new Set(['Bought', 'SoldOut']);
  expect(resultTypeIn({ mine: { __typename: 'SoldOut' } }, types)).toBe('SoldOut');
  for (const data of [
    { buy: { __typename: 'a stranger wrote this' } },
    { buy: { id: '1' } },
    { buy: null },
    null,
    {},
  ])
    expect(resultTypeIn(data, types)).toBeUndefined();
});
