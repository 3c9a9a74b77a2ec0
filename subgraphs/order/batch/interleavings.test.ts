import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { itHolds } from '../../../tests/harness/properties.ts';
import { BatchWriter } from './batch-writer.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';
import { OrderBatch } from './order-batch.ts';
import { PRODUCT, ScheduledMysql, type CommitFate } from '../testing/scheduled-mysql.ts';

const logger = createLogger('test', 'silent');
const uuid = (number: number) => `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`;

/** @param seq of the reservation, so that no two pending orders have the same */
const pendingOrder = (order: number, seq: number): PendingOrder => ({
  order: {
    id: uuid(order),
    userId: uuid(order),
    status: 'PENDING_PAYMENT',
    items: [
      { productId: PRODUCT, productName: '', quantity: 1, unitPrice: 1, currency: 'KRW', epoch: 1, seq },
    ],
    totalAmount: 1,
    currency: 'KRW',
    shippingAddress: null,
  },
  requestHash: Buffer.alloc(16, 1),
  limits: new Map(),
  paymentTimeoutMs: 1_000,
});

interface Process {
  readonly fates: readonly CommitFate[];
  readonly canKill: boolean;
  /** The orders that are bought there, one after the other or at once, as the scheduler has it. */
  readonly orders: readonly number[];
}

function startProcess(mysql: ScheduledMysql, { fates, canKill }: Process): OrderBatch {
  const writer = new BatchWriter({
    connection: mysql.writer(fates, canKill),
    pool: mysql.stockPool,
    orders: mysql.orders,
    waitsForStock: true,
    logger,
  });
  return new OrderBatch({
    writer,
    writersForBlocked: [],
    maxBatch: 3,
    queueLimit: 100,
    renew: async () => undefined,
    logger,
  });
}

interface Outcome {
  readonly pendingOrder: PendingOrder;
  readonly writeResult: WriteResult;
}

const fate = fc.constantFrom<CommitFate>('answered', 'answerLost', 'lost', 'late');
const processes: fc.Arbitrary<readonly Process[]> = fc.array(
  fc.record({
    fates: fc.array(fate, { maxLength: 3 }),
    canKill: fc.boolean(),
    orders: fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 2 },
);

function expectTruth({ rows, stock }: ScheduledMysql, outcomes: readonly Outcome[]): void {
  const orders = [...rows.values()].filter(({ status }) => status !== 'ABANDONED');
  expect(stock.sold).toBe(orders.length);
  expect(stock.sold).toBeLessThanOrEqual(stock.total);
  for (const {
    pendingOrder: { order },
    writeResult,
  } of outcomes) {
    const row = rows.get(order.id);
    const { seq } = order.items[0]!;
    switch (writeResult.kind) {
      case 'ordered':
        expect(row).toMatchObject({ status: 'PENDING_PAYMENT', item: { seq } });
        break;
      case 'exists':
        expect(row?.status === 'ABANDONED').toBe(writeResult.record.kind === 'tombstone');
        break;
      default:
        expect(writeResult.kind).toBe('insufficientStock');
        expect(row?.item?.seq).not.toBe(seq);
    }
  }
}

describe('batches of processes whose COMMITs are lost or late', () => {
  itHolds(
    'give results that stay true, whatever the order of the statements',
    300,
    fc.asyncProperty(fc.scheduler(), fc.nat(4), processes, async (scheduler, total, all) => {
      const mysql = new ScheduledMysql(scheduler, total);
      let seq = 0;
      const results = all.flatMap((process) => {
        const batch = startProcess(mysql, process);
        return process.orders.map(async (order): Promise<Outcome> => {
          const one = pendingOrder(order, ++seq);
          await mysql.turn('submit');
          return { pendingOrder: one, writeResult: await batch.submit(one) };
        });
      });
      const outcomes = Promise.all(results);
      await scheduler.waitFor(outcomes);
      // What is late lands after the last answer.
      await scheduler.waitIdle();
      expectTruth(mysql, await outcomes);
    }),
  );
});
