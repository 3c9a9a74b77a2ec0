import { closeLedger, ledgerThresholds, openLedger } from './ledger.js';
import { openCounters, purchaseThresholds } from './purchase.js';
import { putOnSale, takeOffSale } from './shop.js';
import { summaryTrendStats } from './summary.js';

/** The `options` of a script that purchases. */
export const saleOptions = ({ scenarios, thresholds, teardownTimeout = '5m' }) => ({
  scenarios,
  setupTimeout: '2m',
  teardownTimeout,
  summaryTrendStats,
  thresholds: { ...ledgerThresholds, ...purchaseThresholds, ...thresholds },
});

/**
 * For `setup`: opens the ledger and puts this run's product on sale. `counters` get a sample each, because k6 does not judge a
 * threshold without samples. Returns what each iteration needs; `run` is in the keys of this run alone.
 */
export async function openSale(admin, sale, counters = []) {
  openLedger();
  openCounters();
  for (const counter of counters) counter.add(0);
  const productId = await putOnSale(admin, sale);
  return { admin, productId, run: productId.slice(-12) };
}

/** For `teardown`: closes the ledger, as `closeLedger` says, and takes the product off sale. */
export async function closeSale({ admin, productId }, ledger) {
  await closeLedger({ productId, ...ledger });
  await takeOffSale(admin, productId);
}
