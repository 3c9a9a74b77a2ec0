import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../platform/graphql/connection.ts';
import { Product } from '../catalog/product.ts';
import { cursorOf, positionOf } from './product-order.ts';

const product = Object.assign(new Product(), {
  id: '0197a000-0000-7000-8000-000000000001',
  amount: 12_000,
  createdAt: new Date('2026-06-01T10:00:00.123Z'),
  opensAt: new Date('2026-07-01T10:00:00.000Z'),
});

describe('a cursor', () => {
  it.each([
    ['NEWEST', product.createdAt],
    ['OPENING_SOONEST', product.opensAt],
    ['PRICE_ASCENDING', 12_000],
    ['PRICE_DESCENDING', 12_000],
  ] as const)('names the place of a product in the order %s', (order, value) => {
    expect(positionOf(order, cursorOf(order, product))).toEqual({ value, id: product.id });
  });

  it('is good for its own order only', () => {
    expect(positionOf('PRICE_DESCENDING', cursorOf('PRICE_ASCENDING', product))).toBeNull();
  });

  it.each([
    '',
    'rubbish',
    encodeCursor([]),
    encodeCursor(['NEWEST', 1]),
    encodeCursor(['NEWEST', '1', product.id]),
    encodeCursor(['NEWEST', -1, product.id]),
    encodeCursor(['NEWEST', 1.5, product.id]),
    encodeCursor(['NEWEST', 8.64e15, product.id]),
    encodeCursor(['NEWEST', 1, "' OR 1=1"]),
  ])('is rejected when it is forged: %j', (cursor) => {
    expect(positionOf('NEWEST', cursor)).toBeNull();
  });
});
