import { randomUUID } from 'node:crypto';
import type { Gauge } from 'prom-client';
import { expect, it } from 'vitest';
import { uuidToBytes } from '../../platform/uuid.ts';
import { useOrderTestBed } from './testing/order-test-bed.ts';
import { useStores } from '../../tests/harness/stores.ts';
import {
  measureOutboxes,
  oldestOpen,
  pendingPayments,
  refundsDue,
  unappliedMovements,
} from './outbox-gauges.ts';

const bed = useOrderTestBed(useStores(), { environment: { SWEEP_EVERY: '1h' } });
const valueOf = async (gauge: Gauge, kind?: string) =>
  (await gauge.get()).values.find(({ labels }) => kind === undefined || labels['kind'] === kind)?.value;

it('what is written and not finished is counted, with the age of the oldest', async () => {
  await measureOutboxes(bed.pool);
  expect(await valueOf(oldestOpen, 'payment')).toBe(0);
  expect(await valueOf(unappliedMovements)).toBe(0);

  const payment = (status: string) => [uuidToBytes(randomUUID()), uuidToBytes(randomUUID()), status];
  for (const values of [payment('PENDING'), payment('PENDING'), payment('REFUND_DUE'), payment('DECLINED')])
    await bed.pool.query(
      `INSERT INTO payment (id, order_id, status, amount, currency, attempted_at, due_at)
       VALUES (?, ?, ?, 1, 'KRW', UTC_TIMESTAMP(3) - INTERVAL 2 HOUR, UTC_TIMESTAMP(3))`,
      values,
    );
  await measureOutboxes(bed.pool);
  expect(await valueOf(pendingPayments)).toBe(2);
  expect(await valueOf(refundsDue)).toBe(1);
  expect(await valueOf(oldestOpen, 'payment')).toBeGreaterThan(7_199);
  expect(await valueOf(oldestOpen, 'movement')).toBe(0);
});
