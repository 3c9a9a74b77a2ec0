import { counter, gauge } from '../../../platform/observability/metrics.ts';
import { outcomes } from '../outcome-labels.ts';

export const reaped = counter(
  'reservations_reaped_total',
  'Reservations that were overdue, and that the reaper settled, or could not settle yet.',
  ['outcome'],
  outcomes<'settled' | 'failed'>({ settled: 1, failed: 1 }),
);

export const purchasesInFlight = gauge('purchases_in_flight', 'Purchases that this process works on.');
