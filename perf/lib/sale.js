import { openLedger } from './ledger.js';
import { openCounters } from './purchase.js';
import { putOnSale } from './shop.js';

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
