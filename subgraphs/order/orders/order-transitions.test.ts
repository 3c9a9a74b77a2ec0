import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itHolds } from '../../../tests/harness/properties.ts';
import { ORDER_STATUSES } from './order.ts';
import {
  AUTOMATIC_TRANSITIONS,
  holdsStock,
  canTransition,
  unmetPrecondition,
  type OrderFacts,
} from './order-transitions.ts';

describe('the table of transitions', () => {
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
    way.slice(1).forEach((to, i) => expect(canTransition(way[i]!, to)).toBe(true));
  });

  it('allows every automatic transition', () => {
    for (const [from, to] of AUTOMATIC_TRANSITIONS) expect(canTransition(from, to)).toBe(true);
  });

  it.each(['SHIPPED', 'DELIVERED', 'RETURN_REQUESTED', 'RETURNED', 'CANCELLED', 'EXPIRED'] as const)(
    'has no cancelling once an order is %s',
    (status) => expect(canTransition(status, 'CANCELLED')).toBe(false),
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

describe('the preconditions of a transition', () => {
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

describe('an order, whatever is tried with it', () => {
  const facts = fc.record({ isDue: fc.boolean(), hasAddress: fc.boolean(), isCharged: fc.boolean() });
  const attempts = fc.array(fc.tuple(fc.constantFrom(...ORDER_STATUSES), facts), { size: '+1' });

  /** @returns the statuses that it takes on: each attempt that the table allows */
  function statusesOf(tried: readonly (readonly [OrderFacts['status'], Omit<OrderFacts, 'status'>])[]) {
    const all: { status: OrderFacts['status']; facts: Omit<OrderFacts, 'status'> | null }[] = [
      { status: 'PENDING_PAYMENT', facts: null },
    ];
    for (const [to, now] of tried) {
      const { status } = all.at(-1)!;
      if (canTransition(status, to) && unmetPrecondition({ status, ...now }, to) === null)
        all.push({ status: to, facts: now });
    }
    return all;
  }

  itHolds(
    'gives its units back once more than it takes them again, at the most, and never before it had them',
    500,
    fc.property(attempts, (tried) => {
      let held = 1;
      const all = statusesOf(tried);
      for (const [i, { status }] of all.entries()) {
        if (i > 0) held += Number(holdsStock(status)) - Number(holdsStock(all[i - 1]!.status));
        expect(held).toBe(holdsStock(status) ? 1 : 0);
      }
    }),
  );

  itHolds(
    'is paid only with a charge, shipped only after it was paid, and moves no more once it is returned or cancelled',
    500,
    fc.property(attempts, (tried) => {
      const all = statusesOf(tried);
      for (const [i, { status, facts: then }] of all.entries()) {
        if (status === 'PAID' || status === 'SHIPPED') expect(then).toMatchObject({ isCharged: true });
        if (status === 'SHIPPED') expect(all[i - 1]!.status).toBe('PAID');
        if (status === 'RETURNED' || status === 'CANCELLED') expect(i).toBe(all.length - 1);
      }
    }),
  );
});
