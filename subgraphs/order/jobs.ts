import { runPeriodically, type PeriodicJob } from '../../platform/lifecycle/periodic-job.ts';
import type { Logger } from '../../platform/logger.ts';
import type { OrderConfig } from './config.ts';
import { measureOutboxes } from './outbox-gauges.ts';
import type { OrderServices } from './services.ts';
import { RENEW_EVERY_MS } from './stock/grace-period.ts';

/** Milliseconds. */
const REAP_EVERY = 1_000;
const CHECK_GRACE_EVERY = 1_000;
const RELAY_EVERY = 500;
const COMPARE_EVERY = 5_000;
const FORGET_EVERY = 10_000;
const COMPARE_SERVERS_EVERY = 4_000;
/** Times within a reservation's lifetime at which those that wait to be written are renewed, at least. */
const RENEWALS_PER_LIFETIME = 4;
const RECHECK_EVERY = 1_000;

/** The periodic jobs of this process. Every process runs all of them; they share the work, or take turns. */
export function startJobs(
  services: OrderServices,
  {
    SWEEP_EVERY: sweepEveryMs,
    RESERVATION_TIMEOUT,
  }: Pick<OrderConfig, 'SWEEP_EVERY' | 'RESERVATION_TIMEOUT'>,
  logger: Logger,
): PeriodicJob[] {
  const { batch, stock, reaper, relay, sweeper, payments, reconciliation, expiredTombstones, connections } =
    services;
  return [
    runPeriodically(
      'reservation-renewal',
      Math.min(RESERVATION_TIMEOUT / RENEWALS_PER_LIFETIME, RENEW_EVERY_MS),
      () => batch.renew(),
      logger,
    ),
    runPeriodically('grace-period', CHECK_GRACE_EVERY, () => Promise.resolve(stock.grace.check()), logger),
    runPeriodically('reaper', REAP_EVERY, () => reaper.run(), logger),
    ...(reconciliation
      ? [runPeriodically('stock-reconciliation', COMPARE_EVERY, () => reconciliation.run(), logger)]
      : []),
    // A server that was replaced may leave its connections open, and still answer reads.
    runPeriodically(
      'mysql-server',
      COMPARE_SERVERS_EVERY,
      async () => void (await connections.compare()),
      logger,
    ),
    runPeriodically('movement-relay', RELAY_EVERY, () => relay.run(), logger),
    runPeriodically('sweeper', sweepEveryMs, () => sweeper.run(), logger),
    runPeriodically('payment-resolver', sweepEveryMs, () => payments.resolve(), logger),
    runPeriodically('payment-recheck', RECHECK_EVERY, () => payments.recheck(), logger),
    runPeriodically('outbox-gauges', COMPARE_EVERY, () => measureOutboxes(services.pool), logger),
    runPeriodically('refunds', sweepEveryMs, () => payments.refund(), logger),
    runPeriodically('forgotten-tombstones', FORGET_EVERY, () => expiredTombstones.run(), logger),
    runPeriodically('retention', FORGET_EVERY, () => services.retention.run(), logger),
    runPeriodically('old-keys', FORGET_EVERY, () => services.oldKeys.run(), logger),
  ];
}
