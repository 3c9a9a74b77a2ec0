import { describe, expect, it } from 'vitest';
import { BY_ITSELF, holdsStock, mayMove, unmetPrecondition, type OrderFacts } from './order-moves.ts';

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

describe('the preconditions of a move', () => {
  const facts = (more: Partial<OrderFacts>): OrderFacts => ({
    status: 'PENDING_PAYMENT',
    isDue: false,
    hasAddress: false,
    isCharged: false,
    ...more,
  });
  const paid = { status: 'PAID', isDue: true, isCharged: true, hasAddress: true } as const;

  it.each([
    ['PAYING', {}, 'address'],
    ['PAYING', { hasAddress: true, isDue: true }, 'inTime'],
    ['PAYING', { hasAddress: true }, null],
    ['CANCELLED', {}, null],
    ['EXPIRED', {}, 'due'],
    ['EXPIRED', { isDue: true }, null],
    ['PAID', { status: 'PAYING' }, 'charged'],
    ['PAID', { status: 'PAYING', isCharged: true }, null],
    ['PAID', { status: 'EXPIRED' }, 'charged'],
    ['SHIPPED', { ...paid, hasAddress: false }, 'address'],
    ['SHIPPED', { ...paid, isCharged: false }, 'charged'],
    ['SHIPPED', { ...paid, isDue: false }, 'due'],
    ['SHIPPED', paid, null],
    ['DELIVERED', { status: 'SHIPPED' }, 'due'],
    ['RETURN_REQUESTED', { status: 'DELIVERED', isDue: true }, 'inTime'],
    ['RETURN_REQUESTED', { status: 'DELIVERED' }, null],
    ['RETURNED', { status: 'RETURN_REQUESTED' }, 'due'],
  ] as const)('to %s of %j: %s is missing', (to, more, missing) =>
    expect(unmetPrecondition(facts(more), to)).toBe(missing),
  );
});
