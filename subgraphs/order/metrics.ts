import { counter, gauge, histogram } from '../../platform/observability/metrics.ts';
import { PRECONDITION_NAMES } from './orders/order-transitions.ts';
import type { Readiness } from './stock/readiness.ts';
import type { ReserveOutcome } from './stock/stock-outcomes.ts';

/** What this room counts, beside what every process does. Prometheus knows each by `firstcome_` and its name. */

export const reservations = counter(
  'reservations_total',
  'What purchases were told by the admission in front of MySQL.',
  ['outcome'],
  outcomes<ReserveOutcome['kind']>({
    reserved: 1,
    settled: 1,
    otherQuantity: 1,
    tooLate: 1,
    superseded: 1,
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
  'Times at which the numbers of a product in Redis were made anew from MySQL, or should have been.',
  ['outcome'],
  outcomes<Readiness>({ ready: 1, notReady: 1, noStock: 1 }),
);

export const stockRepairs = counter(
  'stock_repairs_total',
  'Times at which keys of a product in Redis were found to be unreadable, impossible or not in agreement with MySQL, and were rebuilt.',
  ['reason'],
  [{ reason: 'unreadable' }, { reason: 'drift' }, { reason: 'epoch' }],
);

export const reaped = counter(
  'reservations_reaped_total',
  'Reservations that nobody had settled in time, and that the reaper settled, or could not settle yet.',
  ['outcome'],
  outcomes<'settled' | 'failed'>({ settled: 1, failed: 1 }),
);

export const waitingOrders = counter(
  'orders_waiting_total',
  'Times at which an order that was due could not move on, by the precondition that it did not meet. Each waits for an hour then.',
  ['missing'],
  PRECONDITION_NAMES.map((missing) => ({ missing })),
);

export const forgottenTombstones = counter(
  'tombstones_forgotten_total',
  'Tombstones of purchases that were given up, whose retention time is over.',
  [],
);

export const paymentProviderCalls = counter(
  'payment_provider_calls_total',
  'Calls of the payment provider, by whether it answered.',
  ['call', 'outcome'],
  ['charge', 'lookUp', 'cancel', 'refund'].flatMap((call) =>
    ['answered', 'failed'].map((outcome) => ({ call, outcome })),
  ),
);

export const webhookCalls = counter(
  'payment_webhook_calls_total',
  'Requests to the webhook: those without a valid signature are refused.',
  ['outcome'],
  outcomes<'accepted' | 'refused'>({ accepted: 1, refused: 1 }),
);

export const refundsDue = gauge('refunds_due', 'Payments whose refund is due; at most 10,000 are counted.');

export const pendingPayments = gauge(
  'payments_pending',
  'Payments whose outcome is not known; at most 10,000 are counted.',
);

export const unappliedMovements = gauge(
  'stock_movements_unapplied',
  'Restocks and returned units that are not in the numbers of Redis yet; at most 10,000 are counted.',
);

export const oldestOpen = gauge(
  'oldest_open_seconds',
  'Age of the oldest row of its kind that is not finished: a pending payment, a stock movement that is not applied. 0: there is none.',
  ['kind'],
);

export const retentionDeleted = counter(
  'retention_deleted_total',
  'Rows that were deleted because they were older than their retention time; an order with all that belongs to it counts once.',
  ['rule'],
);

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export const batchSizes = histogram('batch_purchases', 'Purchases in one transaction.', [], SIZES);

export const batchDurations = histogram(
  'batch_duration_seconds',
  'A transaction of purchases, from its first statement to the answer of COMMIT or ROLLBACK.',
  ['outcome'],
);

export const purchasesInFlight = gauge('purchases_in_flight', 'Purchases that this process works on.');

export const purchasesBlocked = gauge(
  'purchases_blocked',
  'Admitted purchases that wait for a locked row, apart from those of all other products.',
);

export const stockUnits = gauge(
  'stock_units',
  'Units of all products that somebody bought lately, by Redis. Every process tells of all of them.',
  ['state'],
);

export const stockDrift = gauge(
  'stock_drift_units',
  'Units by which MySQL and Redis disagree beyond what work under way explains, over all products that were bought lately. Right is 0.',
);

/** All of them, so that none is forgotten when one is added. */
function outcomes<Outcome extends string>(all: Record<Outcome, 1>): { readonly outcome: string }[] {
  return Object.keys(all).map((outcome) => ({ outcome }));
}
