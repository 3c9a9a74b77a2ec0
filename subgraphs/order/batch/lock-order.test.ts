import { expect, it } from 'vitest';
import type { PendingOrder } from '../orders/pending-order.ts';
import { inLockOrder } from './lock-order.ts';

const pendingOrder = (...products: readonly string[]): PendingOrder => ({
  order: {
    id: products.join(),
    userId: 'buyer',
    status: 'PENDING_PAYMENT',
    items: products.map((productId) => ({
      productId,
      productName: productId,
      quantity: 2,
      unitPrice: 1,
      currency: 'KRW',
      epoch: 7,
      seq: 1,
    })),
    totalAmount: 1,
    currency: 'KRW',
    shippingAddress: null,
  },
  requestHash: Buffer.alloc(16),
  limits: new Map(),
  paymentTimeoutMs: 1_000,
});

const several = (count: number, product: string) =>
  Array.from({ length: count }, () => pendingOrder(product));
const order = (pendingOrders: readonly PendingOrder[]) =>
  inLockOrder(pendingOrders).map(({ productId }) => productId);

it('rows are locked by key, whatever the order of the purchases', () => {
  const mixed = [pendingOrder('c', 'b'), pendingOrder('a'), pendingOrder('b')];
  expect(order(mixed)).toEqual(['a', 'b', 'c']);
  expect(order([...mixed].reverse())).toEqual(['a', 'b', 'c']);
});

it('the row of a product that most purchases are for is locked last', () => {
  expect(order([...several(20, 'a'), ...several(5, 'b'), pendingOrder('c')])).toEqual(['b', 'c', 'a']);
});

it('a few purchases of a product are no reason to leave the order of keys', () => {
  expect(order([...several(3, 'a'), pendingOrder('b')])).toEqual(['a', 'b']);
  expect(order([...several(20, 'a'), ...several(20, 'b')])).toEqual(['a', 'b']);
});

it('what is taken of a product is the sum over its purchases', () => {
  expect(inLockOrder([pendingOrder('a', 'b'), pendingOrder('a')])).toMatchObject([
    { productId: 'a', epoch: 7, units: 4 },
    { productId: 'b', epoch: 7, units: 2 },
  ]);
});
