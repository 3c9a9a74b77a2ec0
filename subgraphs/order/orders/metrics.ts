import { counter } from '../../../platform/observability/metrics.ts';

export const forgottenTombstones = counter(
  'tombstones_forgotten_total',
  'Tombstones that were deleted because their retention time is over.',
  [],
);
