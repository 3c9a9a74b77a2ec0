import type { Connection } from 'mysql2/promise';

/**
 * Stores so many orders of a sale that is over, each of another buyer, with its item, its event, and what the buyer holds. By statements
 * of MySQL alone, which takes a minute for a million.
 */
export async function fillOrders(mysql: Connection, orders: number): Promise<void> {
  for (let from = 0; from < orders; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, orders - from);
    const numbers = `(SELECT ${from} + a.n + 10 * b.n + 100 * c.n + 1000 * d.n AS n FROM ${DIGITS} a, ${DIGITS} b, ${DIGITS} c, ${DIGITS} d LIMIT ${count}) numbers`;
    for (const [table, values] of Object.entries(ROWS))
      await mysql.query(`INSERT INTO firstcome_order.${table} SELECT ${values} FROM ${numbers}`);
  }
}

const AT_ONCE = 10_000;
const DIGITS = `(SELECT 0 AS n ${Array.from({ length: 9 }, (_, i) => `UNION ALL SELECT ${i + 1}`).join(' ')})`;

const PRODUCT = "UNHEX('01970000000070008000000000000001')";
/** A hash, as the id of a purchase is: a new one falls anywhere between those that are stored. */
const ORDER = "UNHEX(MD5(CONCAT('order ', n)))";
const USER = 'UNHEX(MD5(n))';
const CREATED = "TIMESTAMPADD(SECOND, MOD(n, 86400), '2026-01-01 00:00:00')";

/** Columns by name, because a migration may add some. */
const ROWS = {
  'orders (id, user_id, status, request_hash, total_amount, currency, created_at)': `${ORDER}, ${USER}, 'DELIVERED', ${USER}, 12000, 'KRW', ${CREATED}`,
  'order_item (order_id, product_id, quantity, unit_price, product_name, epoch, seq)': `${ORDER}, ${PRODUCT}, 1, 12000, 'Sold long ago', 1, n`,
  'order_event (order_id, status, at)': `${ORDER}, 'DELIVERED', ${CREATED}`,
  'holding (product_id, user_id, held)': `${PRODUCT}, ${USER}, 1`,
};
