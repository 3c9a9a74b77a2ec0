import { describe, expect, it } from 'vitest';
import type { PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';
import { fitByStock } from './partial-fit.ts';

/** @param lines product and sequence number, one unit each */
const pendingOrder = (id: string, lines: Readonly<Record<string, number>>, epoch = 1): PendingOrder => ({
  order: {
    id,
    userId: id,
    status: 'PENDING_PAYMENT',
    items: Object.entries(lines).map(([productId, seq]) => ({
      productId,
      productName: productId,
      quantity: 1,
      unitPrice: 1,
      currency: 'KRW',
      epoch,
      seq,
    })),
    totalAmount: 1,
    currency: 'KRW',
    shippingAddress: null,
  },
  requestHash: Buffer.alloc(16),
  limits: new Map(),
  paymentTimeoutMs: 1_000,
});

/** @returns the ids of those who stay */
function fit(pendingOrders: readonly PendingOrder[], left: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(left).map(
    ([productId, total]) => [productId, { productId, total, sold: 0, epoch: 1 }] as const,
  );
  const results = new Map<PendingOrder, WriteResult>();
  fitByStock(pendingOrders, new Map(rows), results);
  return pendingOrders.filter((one) => !results.has(one)).map(({ order }) => order.id);
}

describe('a batch that fits in part', () => {
  it('goes to the lowest sequence numbers, however the batch lies', () => {
    const buyers = [
      pendingOrder('third', { a: 3 }),
      pendingOrder('first', { a: 1 }),
      pendingOrder('second', { a: 2 }),
    ];
    expect(fit(buyers, { a: 2 })).toEqual(['first', 'second']);
  });

  it('leaves a unit that a refused checkout does not take to the next buyer', () => {
    const checkout = pendingOrder('checkout', { a: 1, b: 1 });
    const single = pendingOrder('single', { a: 2 });
    expect(fit([checkout, single], { a: 1, b: 0 })).toEqual(['single']);
    expect(fit([checkout, single], { b: 0, a: 1 })).toEqual(['single']);
  });

  it('has a place for a checkout in the queue of each of its products', () => {
    const checkout = pendingOrder('checkout', { a: 9, b: 1 });
    const single = pendingOrder('single', { b: 2 });
    expect(fit([single, checkout], { a: 1, b: 1 })).toEqual(['checkout']);
  });

  it('comes to an end where two are each before the other', () => {
    const [one, other] = [pendingOrder('one', { a: 1, b: 2 }), pendingOrder('other', { a: 2, b: 1 })];
    expect(fit([one, other], { a: 1, b: 1 })).toEqual(['one']);
  });

  it('keeps no unit for a pending order of a dead epoch', () => {
    expect(
      fit([pendingOrder('dead', { a: 1, b: 1 }, 0), pendingOrder('alive', { a: 2 })], { a: 1, b: 1 }),
    ).toEqual(['alive']);
  });
});
