import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { PRODUCT_ORDERS, type Position } from './product-order.ts';
import {
  behind,
  columnOf,
  indexFor,
  inOrder,
  nameHas,
  scopeOf,
  sortedRange,
  upTo,
  where,
  windowIs,
} from './conditions.ts';
import type { PageRequest, Selection } from './selection.ts';
import type { Source } from './sources.ts';

/** How many products a walk passes at the most. With words, the endings of each are looked through, too. */
const mostWalked = ({ words }: Selection): number => (words.length > 0 ? 1_500 : 10_000);

/** How many products are gathered at the most. Where there are several words, the endings of each are looked through, too. */
export const mostGathered = ({ words }: Selection): number => (words.length > 1 ? 2_000 : 5_000);

/** Entries of an index in order, behind the place where a page begins: each an `id`, its `place`, and its window if that matters. */
function walkOf(selection: Selection, { order, after }: PageRequest, end: Position | null): Sql {
  const needsWindow = windowIs('p', selection.status, selection.now).length > 0;
  const columns = sql`p.id, p.${raw(columnOf(order))} AS place ${raw(needsWindow ? ', p.opens_at, p.closes_at' : '')}`;
  const conditions = [
    ...scopeOf(selection),
    ...sortedRange(selection, order),
    ...(after ? [behind(order, after)] : []),
    ...(end ? [upTo(order, end)] : []),
  ];
  return sql`SELECT ${columns} FROM product p FORCE INDEX (${indexFor(selection, order)})
    ${where(conditions)} ORDER BY ${inOrder(selection, order)}`;
}

/** Finds the ids of a page that is read straight from an index, where no more is asked than the index is sorted by. */
export const straightPage = (selection: Selection, page: PageRequest): Sql =>
  sql`SELECT c.id FROM (${walkOf(selection, page, null)} LIMIT ${page.limit}) c`;

/** Finds the ids of a page among the next products in its order, up to `end`, or as many as may be looked at. */
export function walkedPage(selection: Selection, page: PageRequest, end: Position | null = null): Sql {
  const { status, words, now } = selection;
  const bound = end ? empty : sql`LIMIT ${mostWalked(selection)}`;
  // A table of its own, not a view that the servers would look through: the conditions are for what it holds.
  return sql`SELECT c.id FROM (${walkOf(selection, page, end)} ${bound}) c
    ${where([...windowIs('c', status, now), ...nameHas('c', words)])}
    ORDER BY ${byPlace('c.place', 'c.id', page.order)} LIMIT ${page.limit}`;
}

/** The `place` and `id` at which `walkedPage` has looked at all that it may; no row when it meets the end of the list before. */
export const endOfWalk = (selection: Selection, page: PageRequest): Sql =>
  sql`SELECT c.id, c.place FROM (${walkOf(selection, page, null)} LIMIT 1 OFFSET ${mostWalked(selection) - 1}) c`;

/** Finds the ids of a page among those that a source has. */
export function gatheredPage(
  source: Source,
  selection: Selection,
  { order, after, limit }: PageRequest,
): Sql {
  const column = `p.${columnOf(order)}`;
  return sql`SELECT p.id ${chosenFrom(source, selection, after ? [behind(order, after)] : [])}
    ORDER BY ${byPlace(column, 'p.id', order)} LIMIT ${limit}`;
}

/** Tells how many of a source are in the selection, of as many as may be looked at. */
export const gatheredCount = (source: Source, selection: Selection): Sql =>
  sql`SELECT COUNT(*) AS count ${chosenFrom(source, selection, [])}`;

const chosenFrom = (source: Source, selection: Selection, more: readonly Sql[]): Sql =>
  sql`FROM (${source.ids} LIMIT ${mostGathered(selection)}) c STRAIGHT_JOIN product p ON p.id = c.id
    ${where([
      ...scopeOf(selection),
      ...more,
      ...windowIs('p', selection.status, selection.now),
      ...nameHas('p', source.otherWords),
    ])}`;

/** Tells in `size0`, `size1`, … how much each source has, up to one more than may be gathered. */
export const sizesOf = (sources: readonly Source[], selection: Selection): Sql =>
  sql`SELECT ${join(
    sources.map(
      (source, index) =>
        sql`(SELECT COUNT(*) FROM (${source.ids} LIMIT ${mostGathered(selection) + 1}) s) AS ${raw(`size${index}`)}`,
    ),
    ', ',
  )}`;

/**
 * Tells how many products there are of a type and status. A product that is not withdrawn and neither upcoming nor closed is
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
