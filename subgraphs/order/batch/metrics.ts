import { gauge, histogram } from '../../../platform/observability/metrics.ts';

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export const batchSizes = histogram('batch_purchases', 'Purchases in one transaction.', [], SIZES);

export const batchDurations = histogram(
  'batch_duration_seconds',
  'A transaction of purchases, from its first statement to the answer of COMMIT or ROLLBACK.',
  ['outcome'],
);

export const purchasesBlocked = gauge(
  'purchases_blocked',
  'Admitted purchases that wait for a locked row, apart from those of all other products.',
);
