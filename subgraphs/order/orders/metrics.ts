import { counter } from '../../../platform/observability/metrics.ts';

export const forgottenTombstones = counter(
  'tombstones_forgotten_total',
  'Tombstones of purchases that were given up, whose retention time is over.',
  [],
);
