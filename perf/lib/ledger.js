import { Counter, Gauge } from 'k6/metrics';
import { complain } from './log.js';
import { ask, pause } from './graphql.js';
import { readStock } from './shop.js';

/**
 * Whether a run was exact. Each user of a load test sees only its own answers, and `teardown` sees none of them, so the
 * books are kept in metrics: what a buyer is told goes in, what is read back afterwards comes out, and at the end nothing
 * may be left. Thresholds make anything else k6's exit code.
 */

/** Orders confirmed to buyers, less orders read back: positive when some were lost, negative when nobody was told. */
const ordersLeft = new Counter('books_orders_left');
/** The same with a number made of each order's id, so that one order in another's place shows. */
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

export const bookThresholds = {
  books_orders_left: ['count==0'],
  books_ids_left: ['count==0'],
  books_errors: ['count==0'],
  books_closed: ['count==1'],
};

/** For `setup`: a threshold on a metric without samples is not judged, so each gets one. */
export function openBooks() {
  for (const metric of [ordersLeft, idsLeft, errors, closed]) metric.add(0);
}

/** Call with each order that was confirmed to a buyer, once. */
export function enter(orderId) {
  ordersLeft.add(1);
  idsLeft.add(numberOf(orderId));
}

/**
 * For `teardown`: reads everything back and strikes the balance.
 *
 * @param purchases `{ token, key }` of every purchase that may have been asked for
 * @param units that were put on sale
 * @param sells how many must have been sold; undefined when the run leaves it open
 * @param inspect is shown each order that was read back, with its status
 * @param askAgain looks up a purchase: `({ token, key })` to the order's id, or null when there is none
 */
export async function closeBooks({
  productId,
  purchases,
  units,
  sells = undefined,
  inspect = undefined,
  askAgain = look,
}) {
  const stock = await stockAtRest(productId);
  const ids = [];
  await inTurns(purchases, async (purchase) => {
    const id = await askAgain(purchase);
    if (id === null) return;
    ids.push(id);
    ordersLeft.add(-1);
    idsLeft.add(-numberOf(id));
    const problem = await readOrder(id, productId, purchase.token, inspect);
    if (problem) wrong('order', `order ${id} ${problem}`);
  });

  for (const name of Object.keys(stockGauges)) stockGauges[name].add(stock[name]);
  read.add(ids.length);
  if (new Set(ids).size < ids.length) wrong('double', 'two purchases were given one order');
  if (stock.total !== units)
    wrong('total', `${units} units were put on sale, and the stock's total is ${stock.total}`);
  if (stock.sold > units) wrong('oversold', `${stock.sold} of ${units} units are sold`);
  if (stock.sold !== ids.length) wrong('sold', `${stock.sold} units are sold, in ${ids.length} orders`);
  if (stock.reserved !== 0) wrong('reserved', `${stock.reserved} units are still reserved`);
  if (stock.remaining !== stock.total - stock.sold - stock.reserved)
    wrong('remaining', `the stock does not add up`);
  if (sells !== undefined && stock.sold !== sells)
    wrong('expected', `${sells} units were to be sold, and ${stock.sold} are`);
  closed.add(1);
}

const OUTCOME = `query Outcome($key: String!) {
  purchaseOutcome(idempotencyKey: $key) { __typename ... on PurchaseConfirmed { order { id } } }
}`;

async function look({ token, key }) {
  const { data, fault } = await ask(OUTCOME, { key }, token);
  if (fault) return wrong('fault', `reading an outcome back was answered with ${fault}`);
  const outcome = data.purchaseOutcome;
  return outcome && outcome.order ? outcome.order.id : null;
}

const ORDER = `query Order($id: ID!) {
  order(id: $id) { id status items { quantity product { id } } }
}`;

/** What is wrong with the order in its buyer's eyes, or null. */
async function readOrder(id, productId, token, inspect) {
  const { data, fault } = await ask(ORDER, { id }, token);
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

export function wrong(error, sentence) {
  errors.add(1, { error });
  complain(`NOT EXACT: ${sentence}`);
  return null;
}

/** As many at a time as a browser would not mind. */
export async function inTurns(items, work, atOnce = 32) {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** The last 32 bits of an id, which are as good as random; sums of a million of them are exact in a double. */
const numberOf = (id) => parseInt(id.slice(-8), 16);
