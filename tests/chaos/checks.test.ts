import { describe, expect, it } from 'vitest';
import { brokenRules, RULES, type Evidence, type ProductAtRest } from './checks.ts';
import type { PurchaseCall } from './history.ts';

const ORDER = 'the order of the key';

const purchase = (more: Partial<PurchaseCall> = {}): PurchaseCall => ({
  operation: 'purchase',
  begunAt: 1,
  endedAt: 2,
  answer: 'PurchaseConfirmed',
  outcome: 'yes',
  isFaultOfCode: false,
  retryAfterMs: null,
  field: null,
  key: 'key',
  userId: 'user',
  productId: 'product',
  orderId: ORDER,
  ...more,
});

const refused = (answer: string, more: Partial<PurchaseCall> = {}) =>
  purchase({ answer, outcome: 'no', orderId: null, ...more });

const product = (mysql: Partial<ProductAtRest['mysql']> = {}, more: Partial<ProductAtRest> = {}) => ({
  name: 'lamp',
  mysql: { product: 'product', total: 3, sold: 1, epoch: 1, ordered: 1, held: 1, mostHeld: 1, ...mysql },
  redis: { total: 3, sold: 1, reserved: 0 },
  limit: 2,
  nextPurchase: 'PurchaseConfirmed',
  isPlentiful: true,
  ...more,
});

const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  products: [product()],
  purchases: [purchase()],
  others: [],
  statuses: new Map([[ORDER, 'PENDING_PAYMENT']]),
  orderIdOf: () => ORDER,
  mayBeLost: null,
  ...more,
});

const NO_ORDER = new Map<string, string>();

/** By rule, what breaks it. */
const BROKEN: Readonly<Record<keyof typeof RULES, readonly Evidence[]>> = {
  'units in orders that hold = sold <= total': [
    evidence({ products: [product({ ordered: 2 })] }),
    evidence({ products: [product({ held: 0 })] }),
    evidence({
      products: [product({ sold: 4, ordered: 4, held: 4 }, { redis: { total: 3, sold: 4, reserved: 0 } })],
    }),
  ],
  'nothing is reserved, and Redis has the numbers of MySQL': [
    evidence({ products: [product({}, { redis: { total: 3, sold: 1, reserved: 1 } })] }),
    evidence({ products: [product({}, { redis: { total: 3, sold: 2, reserved: 0 } })] }),
    evidence({ products: [product({}, { redis: { total: NaN, sold: NaN, reserved: NaN } })] }),
  ],
  'a buyer holds no more than the limit': [evidence({ products: [product({ mostHeld: 3 })] })],
  'no SoldOut while units are left': [
    evidence({ products: [product({}, { nextPurchase: 'SoldOut' })] }),
    evidence({
      purchases: [purchase(), refused('SoldOut', { key: 'other' })],
      orderIdOf: ({ key }) => (key === 'key' ? ORDER : key),
    }),
  ],
  'a confirmed order exists': [evidence({ statuses: NO_ORDER })],
  'one order for each key': [evidence({ orderIdOf: () => 'another order' })],
  'a key that was confirmed is never refused': [
    evidence({ purchases: [purchase(), refused('PurchaseAbandoned', { begunAt: 3, endedAt: 4 })] }),
  ],
  'no order for a key that was refused': [
    evidence({ purchases: [refused('PurchaseLimitExceeded')] }),
    evidence({
      purchases: [
        refused('OutcomeUnknown', { outcome: 'unknown' }),
        refused('SaleClosed', { begunAt: 3, endedAt: 4 }),
      ],
    }),
  ],
  'every key comes to a final answer': [
    evidence({ purchases: [refused('OutcomeUnknown', { outcome: 'unknown' })] }),
  ],
  'no answer is a fault of the code': [
    evidence({ others: [refused('INTERNAL', { isFaultOfCode: true })] }),
    evidence({ purchases: [purchase(), refused('HTTP 500', { isFaultOfCode: true, key: 'key' })] }),
  ],
};

describe('the rules', () => {
  it('hold for books that are right', () => {
    expect(brokenRules(evidence())).toEqual([]);
    expect(brokenRules(evidence({ purchases: [refused('SaleClosed')], statuses: NO_ORDER }))).toEqual([]);
  });

  it.each(Object.entries(BROKEN))('object when %s is broken', (rule, cases) => {
    for (const tampered of cases)
      expect(brokenRules(tampered)).toEqual(expect.arrayContaining([expect.stringContaining(`"${rule}"`)]));
  });

  it('have a case each', () => {
    expect(Object.keys(BROKEN)).toEqual(Object.keys(RULES));
  });

  it('let orders be lost where replication loses them, and only those', () => {
    const lost = { statuses: NO_ORDER, purchases: [purchase({ begunAt: 10, endedAt: 12 })] };
    expect(brokenRules(evidence({ ...lost, mayBeLost: [11, 20] }))).toEqual([]);
    expect(brokenRules(evidence({ ...lost, mayBeLost: [13, 20] }))).toHaveLength(1);
  });

  it('let an attempt that began after a refusal buy under the same key', () => {
    const purchases = [refused('SoldOut'), purchase({ begunAt: 3, endedAt: 4 })];
    const scarce = product({}, { isPlentiful: false });
    expect(brokenRules(evidence({ purchases, products: [scarce] }))).toEqual([]);
  });
});
