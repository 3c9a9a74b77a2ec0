import type { Connection } from 'mysql2/promise';

/**
 * Stores so many orders of a sale that is over, each of another buyer, with its item, its event, and what the buyer holds. By statements
 * of MySQL alone, which takes a minute for a million.
 *
 * Their ids are spread over all that there can be, as hashes are, so that a new order falls anywhere between them. They are stored in several
 * passes, each in the order of the keys: so the pages are split and filled as by hashes, and MySQL need not read each of them for every row.
 */
export async function fillOrders(mysql: Connection, orders: number): Promise<void> {
  const perPass = orders / PASSES;
  for (let pass = 0; pass < PASSES; pass++)
    for (let from = 0; from < perPass; from += AT_ONCE) {
      const rows = rowsOf(`(${PASSES} * n + ${pass})`, orders);
      const count = Math.min(AT_ONCE, perPass - from);
      const numbers = `(SELECT ${from} + a.n + 10 * b.n + 100 * c.n + 1000 * d.n AS n FROM ${DIGITS} a, ${DIGITS} b, ${DIGITS} c, ${DIGITS} d ORDER BY n LIMIT ${count}) numbers`;
      for (const [table, values] of Object.entries(rows))
        await mysql.query(`INSERT INTO firstcome_order.${table} SELECT ${values} FROM ${numbers} ORDER BY n`);
    }
}

const PASSES = 10;
const AT_ONCE = 10_000;
const DIGITS = `(SELECT 0 AS n ${Array.from({ length: 9 }, (_, i) => `UNION ALL SELECT ${i + 1}`).join(' ')})`;

const PRODUCT = "UNHEX('01970000000070008000000000000001')";

/**
 * Columns by name, because a migration may add some.
 *
 * @param n the expression for the number of an order
 */
function rowsOf(n: string, orders: number): Readonly<Record<string, string>> {
  const spread = `LPAD(HEX(FLOOR(${n} * ${2 ** 32 / orders})), 8, '0')`;
  const order = `UNHEX(CONCAT(${spread}, RIGHT(MD5(CONCAT('order ', ${n})), 24)))`;
  const user = `UNHEX(CONCAT(${spread}, RIGHT(MD5(${n}), 24)))`;
  const created = `TIMESTAMPADD(SECOND, MOD(${n}, 86400), '2026-01-01 00:00:00')`;
  return {
    'orders (id, user_id, status, request_hash, total_amount, currency, created_at)': `${order}, ${user}, 'DELIVERED', ${user}, 12000, 'KRW', ${created}`,
    'order_item (order_id, product_id, quantity, unit_price, product_name, epoch, seq)': `${order}, ${PRODUCT}, 1, 12000, 'Sold long ago', 1, ${n}`,
    'order_event (order_id, status, at)': `${order}, 'DELIVERED', ${created}`,
    'holding (product_id, user_id, held)': `${PRODUCT}, ${user}, 1`,
  };
}
