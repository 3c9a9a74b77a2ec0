import { expect, it } from 'vitest';
import type { Candidate } from '../orders/pending-order.ts';
import { inLockOrder } from './lock-order.ts';

const candidate = (...products: readonly string[]): Candidate => ({
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

const several = (count: number, product: string) => Array.from({ length: count }, () => candidate(product));
const order = (candidates: readonly Candidate[]) => inLockOrder(candidates).map(({ productId }) => productId);

it('rows are locked by key, whatever the order of the purchases', () => {
  const mixed = [candidate('c', 'b'), candidate('a'), candidate('b')];
  expect(order(mixed)).toEqual(['a', 'b', 'c']);
  expect(order([...mixed].reverse())).toEqual(['a', 'b', 'c']);
});

it('the row of a product that most purchases are for is locked last', () => {
  expect(order([...several(20, 'a'), ...several(5, 'b'), candidate('c')])).toEqual(['b', 'c', 'a']);
});

it('a few purchases of a product are no reason to leave the order of keys', () => {
  expect(order([...several(3, 'a'), candidate('b')])).toEqual(['a', 'b']);
  expect(order([...several(20, 'a'), ...several(20, 'b')])).toEqual(['a', 'b']);
});

it('what is taken of a product is the sum over its purchases', () => {
  expect(inLockOrder([candidate('a', 'b'), candidate('a')])).toMatchObject([
    { productId: 'a', epoch: 7, units: 4 },
    { productId: 'b', epoch: 7, units: 2 },
  ]);
});
