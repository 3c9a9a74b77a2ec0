import { describe, expect, it } from 'vitest';
import { deriveOrderId } from '../../subgraphs/order/orders/order-id.ts';
import { findBreaches, RULES } from './checks.ts';
import type { Evidence, ProductAtRest } from './evidence.ts';
import type { Call, PurchaseCall, RestockCall } from './history.ts';

const [PRODUCT, USER] = ['product', '0190a000-0000-7000-8000-000000000001'];
const ORDER = deriveOrderId(USER, 'key');
const HOUR_MS = 3_600_000;

const answered = (more: Partial<Call> = {}): Call => ({
  operation: 'purchase',
  begunAt: 1,
  endedAt: 2,
  answer: 'PurchaseConfirmed',
  outcome: 'yes',
  isFaultOfCode: false,
  retryAfterMs: null,
  field: null,
  ...more,
});

const purchase = (more: Partial<PurchaseCall> = {}): PurchaseCall => ({
  ...answered(),
  key: 'key',
  userId: USER,
  wanted: [{ productId: PRODUCT, quantity: 1 }],
  orderId: ORDER,
  confirmed: [{ productId: PRODUCT, quantity: 1 }],
  soldOut: null,
  ...more,
});

const refused = (answer: string, more: Partial<PurchaseCall> = {}) =>
  purchase({ answer, outcome: 'no', orderId: null, confirmed: null, ...more });

const unknown = (more: Partial<PurchaseCall> = {}) =>
  refused('OutcomeUnknown', { outcome: 'unknown', ...more });

const later = { begunAt: 3, endedAt: 4 };

const restock = (more: Partial<RestockCall> = {}): RestockCall => ({
  ...answered({ operation: 'restock', answer: 'Restocked' }),
  key: 'of the restock',
  productId: PRODUCT,
  change: 1,
  ...more,
});

const product = (mysql: Partial<ProductAtRest['mysql']> = {}, more: Partial<ProductAtRest> = {}) => ({
  name: 'lamp',
  units: 3,
  mysql: { product: PRODUCT, total: 3, sold: 1, epoch: 1, ordered: 1, held: 1, mostHeld: 1, ...mysql },
  redis: { total: 3, sold: 1, reserved: 0 },
  shown: { total: 3, sold: 1, reserved: 0, remaining: 2 },
  limit: 2,
  opensAt: 0,
  closesAt: Date.now() + HOUR_MS,
  nextPurchase: 'PurchaseConfirmed',
  isPlentiful: true,
  isStill: true,
  isTotalKnown: true,
  ...more,
});

const stored = (status = 'PENDING_PAYMENT', quantity = 1) =>
  new Map([[ORDER, { userId: USER, status, lines: [{ productId: PRODUCT, quantity }] }]]);

const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  products: [product()],
  samples: [],
  purchases: [purchase()],
  restocks: [],
  others: [],
  orders: stored(),
  payments: [],
  charges: new Map(),
  mayBeLost: null,
  ...more,
});

const charged = (status: string, ...charges: [charges: number, refunds: number][]) =>
  evidence({
    orders: stored(status),
    payments: charges.map((_, i) => ({ id: `payment ${i}`, orderId: ORDER, status: 'SUCCEEDED' })),
    charges: new Map(charges.map(([many, refunds], i) => [`payment ${i}`, { charges: many, refunds }])),
  });

const NO_ORDER = new Map<string, never>();
const OTHER_KEY = { key: 'other' };

/** By rule, what breaks it. */
const BROKEN: Readonly<Record<keyof typeof RULES, readonly Evidence[]>> = {
  'units in orders that hold = sold <= total, at any time': [
    evidence({ products: [product({ ordered: 2 })] }),
    evidence({ products: [product({ held: 0 })] }),
    evidence({ products: [product({ sold: 4, ordered: 4, held: 4 })] }),
    evidence({ samples: [product({ ordered: 0 }).mysql] }),
  ],
  'a buyer holds no more than the limit, at any time': [
    evidence({ products: [product({ mostHeld: 3 })] }),
    evidence({ samples: [product({ mostHeld: 3 }).mysql] }),
  ],
  'nothing is reserved, and remaining + sold = total in both stores': [
    evidence({ products: [product({}, { redis: { total: 3, sold: 1, reserved: 1 } })] }),
    evidence({ products: [product({}, { redis: { total: 3, sold: 2, reserved: 0 } })] }),
    evidence({ products: [product({}, { redis: { total: NaN, sold: NaN, reserved: NaN } })] }),
    evidence({ products: [product({}, { shown: { total: 3, sold: 1, reserved: 0, remaining: 1 } })] }),
  ],
  'a restock counts once': [
    evidence({ restocks: [restock()] }),
    evidence({ products: [product({ total: 5 })], restocks: [restock(), restock(later)] }),
    evidence({ products: [product({ total: 4 })] }),
  ],
  'no SoldOut while units are left': [
    evidence({ products: [product({}, { nextPurchase: 'SoldOut' })] }),
    evidence({ purchases: [purchase(), refused('SoldOut', { ...OTHER_KEY, soldOut: PRODUCT })] }),
  ],
  'a confirmed order exists with its content': [
    evidence({ orders: NO_ORDER }),
    evidence({ orders: stored('PENDING_PAYMENT', 2) }),
    evidence({ purchases: [purchase({ confirmed: [{ productId: PRODUCT, quantity: 2 }] })] }),
    evidence({ purchases: [purchase({ wanted: [{ productId: 'another', quantity: 1 }] })] }),
  ],
  'one order for each key, and a key for each order': [
    evidence({ purchases: [purchase(OTHER_KEY)] }),
    evidence({ purchases: [refused('PurchaseLimitExceeded', OTHER_KEY)] }),
  ],
  'a charge holds or is refunded, once': [
    charged('PAID', [2, 1]),
    charged('PAID', [1, 0], [1, 0]),
    charged('PAID', [1, 1]),
    charged('PAID'),
    charged('CANCELLED', [1, 0]),
    charged('CANCELLED', [1, 2]),
    charged('PENDING_PAYMENT', [1, 0]),
  ],
  'final answers of a key agree': [
    evidence({ purchases: [purchase(), refused('SoldOut', later)] }),
    evidence({ purchases: [refused('PurchaseAbandoned'), purchase(later)] }),
  ],
  'no order for a key that was refused': [
    evidence({ purchases: [refused('PurchaseLimitExceeded')] }),
    evidence({ purchases: [refused('Busy')] }),
    evidence({ purchases: [unknown(), refused('SaleClosed', later)] }),
    evidence({ purchases: [refused('PurchaseAbandoned'), unknown(later)] }),
  ],
  'no order, and no refusal for its time, outside the window': [
    evidence({ products: [product({}, { opensAt: Date.now() + HOUR_MS })] }),
    evidence({ products: [product({}, { closesAt: 0 })] }),
    evidence({ purchases: [refused('SaleNotOpen')], orders: NO_ORDER }),
    evidence({ purchases: [refused('SaleClosed')], orders: NO_ORDER }),
  ],
  'every key comes to a final answer': [evidence({ purchases: [unknown()] })],
  'no answer is a fault of the code': [
    evidence({ others: [answered({ answer: 'INTERNAL', isFaultOfCode: true })] }),
    evidence({ purchases: [purchase(), refused('HTTP 500', { isFaultOfCode: true })] }),
    evidence({ restocks: [restock({ answer: 'HTTP 500', outcome: 'unknown', isFaultOfCode: true })] }),
  ],
};

const sentencesOf = (tampered: Evidence) => findBreaches(tampered).map(({ sentence }) => sentence);

describe('the rules', () => {
  it('pass for evidence that is right', () => {
    const holding: readonly Evidence[] = [
      evidence(),
      evidence({ purchases: [refused('PurchaseLimitExceeded')], orders: NO_ORDER }),
      evidence({ purchases: [unknown(), purchase(later)], samples: [product().mysql] }),
      evidence({ restocks: [restock({ answer: 'TIMEOUT', outcome: 'unknown' })] }),
      charged('PAID', [0, 0], [1, 0]),
      charged('CANCELLED', [1, 1]),
      charged('RETURNED', [1, 1]),
    ];
    for (const right of holding) expect(sentencesOf(right)).toEqual([]);
  });

  it.each(Object.entries(BROKEN))('fail when %s is broken', (rule, cases) => {
    for (const tampered of cases)
      expect(sentencesOf(tampered)).toEqual(expect.arrayContaining([expect.stringContaining(`"${rule}"`)]));
  });

  it('have a case each', () => {
    expect(Object.keys(BROKEN)).toEqual(Object.keys(RULES));
  });

  it('let orders be lost where replication loses them, and only those', () => {
    const lost = { orders: NO_ORDER, purchases: [purchase({ begunAt: 10, endedAt: 12 })] };
    expect(findBreaches(evidence({ ...lost, mayBeLost: [11, 20] }))).toEqual([]);
    expect(findBreaches(evidence({ ...lost, mayBeLost: [13, 20] }))).toMatchObject([{ harm: 'lost' }]);
  });

  it('let restocks be lost where replication loses them, and only those', () => {
    const lost = { restocks: [restock({ begunAt: 10, endedAt: 12 })] };
    expect(findBreaches(evidence({ ...lost, mayBeLost: [11, 20] }))).toEqual([]);
    expect(findBreaches(evidence({ ...lost, mayBeLost: [13, 20] }))).toMatchObject([{ harm: 'leaked' }]);
  });

  it('let an attempt that began after a refusal buy under the same key', () => {
    const purchases = [refused('SoldOut', { soldOut: PRODUCT }), purchase(later)];
    const scarce = product({}, { isPlentiful: false });
    expect(findBreaches(evidence({ purchases, products: [scarce] }))).toEqual([]);
  });

  it('judge a key that was left open only where the machine had time', () => {
    const left = evidence({ purchases: [unknown()], orders: NO_ORDER });
    expect(findBreaches(left)).toMatchObject([{ harm: 'keys left open' }]);
    expect(findBreaches(left, false)).toEqual([]);
  });
});
