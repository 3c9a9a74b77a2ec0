import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { SaleStatus } from '../__generated__/resolvers-types.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { PRODUCT_ORDERS, type Position } from './product-order.ts';
import { SALE_STATUS_IN_SQL } from '../sale/sale-status.ts';
import type { PageRequest, Selection } from './selection.ts';

type Order = PageRequest['order'];

const COLUMNS = { createdAt: 'created_at', opensAt: 'opens_at', amount: 'amount' } as const;
const INDEXES = { createdAt: 'newest', opensAt: 'opening', amount: 'price' } as const;

/** The column that an order sorts by. */
export const columnOf = (order: Order): string => COLUMNS[PRODUCT_ORDERS[order].by];

/** The name of the index that has the products of `scopeOf` in this order, or by closing time. */
export function indexFor({ type, status }: Selection, order: Order | 'CLOSING'): Sql {
  const by = order === 'CLOSING' ? 'closing' : INDEXES[PRODUCT_ORDERS[order].by];
  return raw(`product_${status ? 'shelf_' : ''}${type ? 'type_' : ''}${by}`);
}

/**
 * The conditions that select an index prefix (`withdrawn`, `type`). Written as ranges of one value: for `type = …` MariaDB reads all
 * products of the type up to the position where a page begins.
 */
export function scopeOf({ type, status }: Selection): Sql[] {
  const withdrawn = status === 'WITHDRAWN' ? 1 : 0;
  return [
    ...(status ? [sql`p.withdrawn >= ${withdrawn} AND p.withdrawn <= ${withdrawn}`] : []),
    ...(type ? [sql`p.type >= ${type} AND p.type <= ${type}`] : []),
  ];
}

/** The condition of a status on the column that an order sorts by: the range of the index that its products are in. */
export const sortedRange = ({ status, now }: Selection, order: Order): Sql[] =>
  order !== 'OPENING_SOONEST' || status === null || status === 'WITHDRAWN'
    ? []
    : [status === 'UPCOMING' ? sql`p.opens_at > ${now}` : sql`p.opens_at <= ${now}`];

/** ORDER BY all columns of the index, its prefix included: only then does MySQL read it in order. */
export function inOrder({ type, status }: Selection, order: Order): Sql {
  const { direction } = PRODUCT_ORDERS[order];
  const columns = [...(status ? ['withdrawn'] : []), ...(type ? ['type'] : []), columnOf(order), 'id'];
  return raw(columns.map((column) => `p.${column} ${direction}`).join(', '));
}

/** Keyset condition: after a position in an order. */
export function keysetAfter(order: Order, { value, id }: Position): Sql {
  const beyond = raw(PRODUCT_ORDERS[order].direction === 'ASC' ? '>' : '<');
  const column = raw(columnOf(order));
  return sql`(p.${column} ${beyond} ${value} OR (p.${column} = ${value} AND p.id ${beyond} ${uuidToBytes(id)}))`;
}

/** Keyset condition: up to a position in an order, inclusive. */
export function keysetUpTo(order: Order, { value, id }: Position): Sql {
  const before = raw(PRODUCT_ORDERS[order].direction === 'ASC' ? '<' : '>');
  const column = raw(columnOf(order));
  return sql`(p.${column} ${before} ${value} OR (p.${column} = ${value} AND p.id ${before}= ${uuidToBytes(id)}))`;
}

/** The condition of a status on the sale window, for rows called `table`; `WITHDRAWN` is a condition on the index prefix instead. */
export const windowIs = (table: string, status: SaleStatus | null, now: Date): Sql[] =>
  status === null || status === 'WITHDRAWN' ? [] : [SALE_STATUS_IN_SQL[status](table, now)];

/** The name has each of the words, for rows called `table`. A word is letters and digits, so it holds no wildcard of LIKE. */
export const nameHas = (table: string, words: readonly string[]): Sql[] =>
  words.map(
    // Not EXISTS: the servers turn it into a join that reads all products with the word.
    (word) => sql`(SELECT 1 FROM product_word_ending e FORCE INDEX (product_word_ending_product)
      WHERE e.product_id = ${raw(table)}.id AND e.ending LIKE ${`${word}%`} LIMIT 1) = 1`,
  );

export const where = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? empty : sql`WHERE ${join(conditions, ' AND ')}`;
