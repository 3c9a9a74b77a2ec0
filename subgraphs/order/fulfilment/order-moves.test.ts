import { describe, expect, it } from 'vitest';
import { BY_ITSELF, holdsStock, mayMove } from './order-moves.ts';

describe('the table of moves', () => {
  it('lets every order go the way from purchase to return', () => {
    const way = [
      'PENDING_PAYMENT',
      'PAYING',
      'PAID',
      'SHIPPED',
      'DELIVERED',
      'RETURN_REQUESTED',
      'RETURNED',
    ] as const;
    way.slice(1).forEach((to, i) => expect(mayMove(way[i]!, to)).toBe(true));
  });

  it('allows every move that is made without being asked', () => {
    for (const [from, to] of BY_ITSELF) expect(mayMove(from, to)).toBe(true);
  });

  it.each(['SHIPPED', 'DELIVERED', 'RETURN_REQUESTED', 'RETURNED', 'CANCELLED', 'EXPIRED'] as const)(
    'has no cancelling once an order is %s',
    (status) => expect(mayMove(status, 'CANCELLED')).toBe(false),
  );

  it('has stock held by every order but those that are cancelled, expired or returned', () => {
    expect(
      ['PENDING_PAYMENT', 'PAYING', 'PAID', 'SHIPPED', 'DELIVERED', 'RETURN_REQUESTED'].every((status) =>
        holdsStock(status as 'PAID'),
      ),
    ).toBe(true);
    expect(['CANCELLED', 'EXPIRED', 'RETURNED'].some((status) => holdsStock(status as 'PAID'))).toBe(false);
  });
});
