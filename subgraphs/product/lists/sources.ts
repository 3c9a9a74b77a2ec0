import sql, { raw, type Sql } from 'sql-template-tag';
import { indexFor, scopeOf, where } from './conditions.ts';
import type { Selection } from './selection.ts';

/** A candidate set: a superset of a selection. */
export interface Source {
  /** Finds the ids in one range of an index. */
  readonly ids: Sql;
  /** The words that it does not filter by. */
  readonly otherWords: readonly string[];
}

/** @returns at least one for a selection with words or a status */
export function sourcesOf(selection: Selection): Source[] {
  const { words, status, now } = selection;
  const byWord = words.map((word) => ({
    ids: sql`SELECT DISTINCT w.product_id AS id FROM product_word_ending w FORCE INDEX (PRIMARY)
      WHERE w.ending LIKE ${`${word}%`}`,
    otherWords: words.filter((other) => other !== word),
  }));
  const byWindow = (order: 'OPENING_SOONEST' | 'CLOSING', range: Sql) => ({
    ids: sql`SELECT p.id FROM product p FORCE INDEX (${indexFor(selection, order)})
      ${where([...scopeOf(selection), range])}`,
    otherWords: words,
  });
  switch (status) {
    case null:
      return byWord;
    case 'WITHDRAWN':
      return [...byWord, byWindow('OPENING_SOONEST', raw('TRUE'))];
    case 'UPCOMING':
      return [...byWord, byWindow('OPENING_SOONEST', sql`p.opens_at > ${now}`)];
    case 'CLOSED':
      return [...byWord, byWindow('CLOSING', sql`p.closes_at <= ${now}`)];
    case 'OPEN':
      return [
        ...byWord,
        byWindow('OPENING_SOONEST', sql`p.opens_at <= ${now}`),
        byWindow('CLOSING', sql`(p.closes_at IS NULL OR p.closes_at > ${now})`),
      ];
  }
}
