import { counter, gauge } from '../../../platform/observability/metrics.ts';
import { outcomes } from '../outcome-labels.ts';
import type { Readiness } from './readiness.ts';
import type { ReserveOutcome } from './stock-outcomes.ts';

/** Metrics of stock in Redis. Prometheus knows each by `firstcome_` and its name. */

export const reservations = counter(
  'reservations_total',
  'Outcomes of the admission in front of MySQL, one for each purchase and product.',
  ['outcome'],
  outcomes<ReserveOutcome['kind']>({
    reserved: 1,
    settled: 1,
    otherQuantity: 1,
    tooLate: 1,
    superseded: 1,
    notAdmitted: 1,
    notReady: 1,
    unanswered: 1,
    notOpen: 1,
    closed: 1,
    overLimit: 1,
    soldOut: 1,
  }),
);

export const rebuilds = counter(
  'stock_rebuilds_total',
  'Rebuilds of the numbers of a product in Redis from MySQL.',
  ['outcome'],
  outcomes<Readiness>({ ready: 1, notReady: 1, noStock: 1 }),
);

export const stockRepairs = counter(
  'stock_repairs_total',
  'Times at which keys of a product in Redis were found to be unreadable, impossible or not in agreement with MySQL, and were rebuilt.',
  ['reason'],
  [{ reason: 'unreadable' }, { reason: 'drift' }, { reason: 'epoch' }],
);

export const stockUnits = gauge(
  'stock_units',
  'Units of all active products, by Redis. Every process reports all of them.',
  ['state'],
);

export const stockDrift = gauge(
  'stock_drift_units',
  'Units by which MySQL and Redis disagree beyond what work under way explains, over all active products. Right is 0.',
);
