import { counter } from '../../../platform/observability/metrics.ts';

export const retentionDeleted = counter(
  'retention_deleted_total',
  'Rows that were deleted because they were older than their retention time; an order with all that belongs to it counts once.',
  ['rule'],
);
