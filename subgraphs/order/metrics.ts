import { counter, gauge, histogram } from '../../platform/observability/metrics.ts';

/** What this room counts, beside what every process does. Prometheus knows each by `firstcome_` and its name. */

export const reservations = counter(
  'reservations_total',
  'What purchases were told by the admission in front of MySQL.',
  ['outcome'],
);

export const rebuilds = counter(
  'stock_rebuilds_total',
  'Times at which the numbers of a product in Redis were made anew from MySQL, or should have been.',
  ['outcome'],
);

export const reaped = counter(
  'reservations_reaped_total',
  'Reservations that nobody had settled in time, and that the reaper settled, or could not settle yet.',
  ['outcome'],
);

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export const batchSizes = histogram('batch_purchases', 'Purchases in one transaction.', [], SIZES);

export const batchDurations = histogram(
  'batch_duration_seconds',
  'A transaction of purchases, from START TRANSACTION to the answer of COMMIT or ROLLBACK.',
  ['outcome'],
);

export const purchasesInFlight = gauge('purchases_in_flight', 'Purchases that this process works on.');

export const stockUnits = gauge(
  'stock_units',
  'Units of all products that were bought of lately, by Redis. Every process tells of all of them.',
  ['state'],
);

export const stockDrift = gauge(
  'stock_drift_units',
  'Units by which MySQL and Redis have disagreed for longer than work under way explains, over all products bought of lately. Right is 0.',
);
