import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { PRODUCT_ORDERS, type Position } from './product-order.ts';
import {
  columnOf,
  indexFor,
  inOrder,
  keysetAfter,
  keysetUpTo,
  nameHas,
  scopeOf,
  sortedRange,
  where,
  windowIs,
} from './conditions.ts';
import type { PageRequest, Selection } from './selection.ts';
import type { Source } from './sources.ts';

/** The most index entries that an index scan reads. Fewer with words: each entry then costs look-ups in the suffix index as well. */
const maxScanned = ({ words }: Selection): number => (words.length > 0 ? 1_500 : 10_000);

/** The largest candidate set. Smaller with several words: each candidate then costs look-ups in the suffix index as well. */
export const maxCandidates = ({ words }: Selection): number => (words.length > 1 ? 2_000 : 5_000);

/** An index scan in order from the position where a page begins: each row an `id`, its `place` (the sort key), and the sale window if a condition needs it. */
function indexScan(selection: Selection, { order, after }: PageRequest, end: Position | null): Sql {
  const needsWindow = windowIs('p', selection.status, selection.now).length > 0;
  const columns = sql`p.id, p.${raw(columnOf(order))} AS place ${raw(needsWindow ? ', p.opens_at, p.closes_at' : '')}`;
  const conditions = [
    ...scopeOf(selection),
    ...sortedRange(selection, order),
    ...(after ? [keysetAfter(order, after)] : []),
    ...(end ? [keysetUpTo(order, end)] : []),
  ];
  return sql`SELECT ${columns} FROM product p FORCE INDEX (${indexFor(selection, order)})
    ${where(conditions)} ORDER BY ${inOrder(selection, order)}`;
}

/** Finds the ids of a page directly from an index: for selections whose conditions are all an index prefix. */
export const directPage = (selection: Selection, page: PageRequest): Sql =>
  sql`SELECT c.id FROM (${indexScan(selection, page, null)} LIMIT ${page.limit}) c`;

/** Finds the ids of a page by a bounded index scan in its order: up to `end`, or `maxScanned` entries. */
export function scannedPage(selection: Selection, page: PageRequest, end: Position | null = null): Sql {
  const { status, words, now } = selection;
  const bound = end ? empty : sql`LIMIT ${maxScanned(selection)}`;
  // LIMIT makes it a materialised derived table, so that the servers do not merge the outer conditions into the scan.
  return sql`SELECT c.id FROM (${indexScan(selection, page, end)} ${bound}) c
    ${where([...windowIs('c', status, now), ...nameHas('c', words)])}
    ORDER BY ${byPlace('c.place', 'c.id', page.order)} LIMIT ${page.limit}`;
}

/** The `place` and `id` of the last entry that `scannedPage` may read; no row when the list ends before. */
export const endOfScan = (selection: Selection, page: PageRequest): Sql =>
  sql`SELECT c.id, c.place FROM (${indexScan(selection, page, null)} LIMIT 1 OFFSET ${maxScanned(selection) - 1}) c`;

/** Finds the ids of a page in the candidate set of a source, which it sorts. */
export function candidatePage(
  source: Source,
  selection: Selection,
  { order, after, limit }: PageRequest,
): Sql {
  const column = `p.${columnOf(order)}`;
  return sql`SELECT p.id ${candidatesFrom(source, selection, after ? [keysetAfter(order, after)] : [])}
    ORDER BY ${byPlace(column, 'p.id', order)} LIMIT ${limit}`;
}

/** Counts the products of the selection in the candidate set of a source, of `maxCandidates` at the most. */
export const candidateCount = (source: Source, selection: Selection): Sql =>
  sql`SELECT COUNT(*) AS count ${candidatesFrom(source, selection, [])}`;

const candidatesFrom = (source: Source, selection: Selection, more: readonly Sql[]): Sql =>
  sql`FROM (${source.ids} LIMIT ${maxCandidates(selection)}) c STRAIGHT_JOIN product p ON p.id = c.id
    ${where([
      ...scopeOf(selection),
      ...more,
      ...windowIs('p', selection.status, selection.now),
      ...nameHas('p', source.otherWords),
    ])}`;

/** Returns as `size0`, `size1`, … the size of each source, up to one more than `maxCandidates`. */
export const sizesOf = (sources: readonly Source[], selection: Selection): Sql =>
  sql`SELECT ${join(
    sources.map(
      (source, index) =>
        sql`(SELECT COUNT(*) FROM (${source.ids} LIMIT ${maxCandidates(selection) + 1}) s) AS ${raw(`size${index}`)}`,
    ),
    ', ',
  )}`;

/**
 * Counts the products of a type and status. A product that is not withdrawn and neither upcoming nor closed is
 * open, so that each total is one range of an index, or the difference of two.
 */
export function totalOf(selection: Selection): Sql {
  const { status, now } = selection;
  const inRange = (order: 'OPENING_SOONEST' | 'CLOSING', range: readonly Sql[]) =>
    sql`(SELECT COUNT(*) FROM product p FORCE INDEX (${indexFor(selection, order)})
      ${where([...scopeOf(selection), ...range])})`;
  switch (status) {
    case 'UPCOMING':
      return sql`SELECT ${inRange('OPENING_SOONEST', [sql`p.opens_at > ${now}`])} AS count`;
    case 'CLOSED':
      return sql`SELECT ${inRange('CLOSING', [sql`p.closes_at <= ${now}`])} AS count`;
    case 'OPEN':
      return sql`SELECT ${inRange('OPENING_SOONEST', [sql`p.opens_at <= ${now}`])}
        - ${inRange('CLOSING', [sql`p.closes_at <= ${now}`])} AS count`;
    case 'WITHDRAWN':
    case null:
      return sql`SELECT ${inRange('OPENING_SOONEST', [])} AS count`;
  }
}

const byPlace = (place: string, id: string, order: PageRequest['order']): Sql => {
  const { direction } = PRODUCT_ORDERS[order];
  return raw(`${place} ${direction}, ${id} ${direction}`);
};
