import { Counter, Gauge } from 'k6/metrics';
import { log } from './log.js';
import { execute, pause } from './graphql.js';
import { readStock } from './shop.js';

/**
 * Ledger check: whether a run was exact. Each user of a load test sees only its own results, and `teardown` sees none of them, so the
 * ledger is kept in metrics: each confirmed order is added, each order that is read back is subtracted, and the balance at the end
 * must be 0. Thresholds turn anything else into k6's exit code.
 */

/** Confirmed orders minus orders read back: positive if some were lost, negative if some were never confirmed. */
const ordersLeft = new Counter('books_orders_left');
/** The same with a number derived from each order's id, which detects one order in the place of another. */
const idsLeft = new Counter('books_ids_left');
const errors = new Counter('books_errors');
const closed = new Counter('books_closed');

const read = new Gauge('books_orders_read');
const stockGauges = {
  total: new Gauge('stock_total'),
  sold: new Gauge('stock_sold'),
  reserved: new Gauge('stock_reserved'),
  remaining: new Gauge('stock_remaining'),
};

export const ledgerThresholds = {
  books_orders_left: ['count==0'],
  books_ids_left: ['count==0'],
  books_errors: ['count==0'],
  books_closed: ['count==1'],
};

/** For `setup`: a threshold on a metric without samples is not judged, so each gets one. */
export function openLedger() {
  for (const metric of [ordersLeft, idsLeft, errors, closed]) metric.add(0);
}

/** Call with each order that was confirmed to a buyer, once. */
export function record(orderId) {
  ordersLeft.add(1);
  idsLeft.add(numberOf(orderId));
}

/**
 * For `teardown`: reads everything back and computes the balance.
 *
 * @param purchases `{ token, key }` of every purchase that may have been requested
 * @param units that were put on sale
 * @param sells how many must have been sold; undefined when the run leaves it open
 * @param inspect is called with each order that was read back, with its status
 * @param lookUp looks up a purchase: `({ token, key })` to the order's id, or null when there is none
 */
export async function closeLedger({
  productId,
  purchases,
  units,
  sells = undefined,
  inspect = undefined,
  lookUp = look,
}) {
  const stock = await stockAtRest(productId);
  const ids = [];
  await inTurns(purchases, async (purchase) => {
    const id = await lookUp(purchase);
    if (id === null) return;
    ids.push(id);
    ordersLeft.add(-1);
    idsLeft.add(-numberOf(id));
    const problem = await readOrder(id, productId, purchase.token, inspect);
    if (problem) fail('order', `order ${id} ${problem}`);
  });

  for (const name of Object.keys(stockGauges)) stockGauges[name].add(stock[name]);
  read.add(ids.length);
  if (new Set(ids).size < ids.length) fail('double', 'two purchases were given one order');
  if (stock.total !== units)
    fail('total', `${units} units were put on sale, and the stock's total is ${stock.total}`);
  if (stock.sold > units) fail('oversold', `${stock.sold} of ${units} units are sold`);
  if (stock.sold !== ids.length) fail('sold', `${stock.sold} units are sold, in ${ids.length} orders`);
  if (stock.reserved !== 0) fail('reserved', `${stock.reserved} units are still reserved`);
  if (stock.remaining !== stock.total - stock.sold - stock.reserved)
    fail('remaining', `the stock does not add up`);
  if (sells !== undefined && stock.sold !== sells)
    fail('expected', `${sells} units were to be sold, and ${stock.sold} are`);
  closed.add(1);
}

const OUTCOME = `query Outcome($key: String!) {
  purchaseOutcome(idempotencyKey: $key) { __typename ... on PurchaseConfirmed { order { id } } }
}`;

async function look({ token, key }) {
  const { data, fault } = await execute(OUTCOME, { key }, token);
  if (fault) return fail('fault', `reading an outcome back was answered with ${fault}`);
  const outcome = data.purchaseOutcome;
  return outcome && outcome.order ? outcome.order.id : null;
}

const ORDER = `query Order($id: ID!) {
  order(id: $id) { id status items { quantity product { id } } }
}`;

/** The problem with the order as its buyer reads it, or null. */
async function readOrder(id, productId, token, inspect) {
  const { data, fault } = await execute(ORDER, { id }, token);
  if (fault) return `was answered with ${fault}`;
  if (!data.order || data.order.id !== id) return 'is not there for its buyer';
  if (inspect) inspect(data.order);
  const [item, more] = data.order.items;
  return !more && item.quantity === 1 && item.product.id === productId ? null : 'is for something else';
}

/** Reservations settle a moment after the answers. */
async function stockAtRest(productId) {
  const until = Date.now() + 30000;
  for (;;) {
    const stock = await readStock(productId);
    if (stock.reserved === 0 || Date.now() > until) return stock;
    await pause(100);
  }
}

export function fail(error, sentence) {
  errors.add(1, { error });
  log(`NOT EXACT: ${sentence}`);
  return null;
}

/** At most `atOnce` at a time. */
export async function inTurns(items, work, atOnce = 32) {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** The last 32 bits of an id, which are as good as random; sums of a million of them are exact in a double. */
const numberOf = (id) => parseInt(id.slice(-8), 16);
