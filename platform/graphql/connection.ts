import { isUuid } from '../uuid.ts';

/** Relay connections by keyset: a cursor is the sort key of a row, so that a page costs the same however deep it is. */
export interface Connection<Node> {
  readonly edges: { readonly cursor: string; readonly node: Node }[];
  readonly nodes: Node[];
  readonly pageInfo: PageInfo;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/**
 * @param rows up to `first + 1` rows after the cursor, in order: the additional one means that there is a next page
 * @param continued whether an `after` cursor was given
 */
export function connectionOf<Node>(
  rows: readonly Node[],
  first: number,
  continued: boolean,
  cursorOf: (node: Node) => string,
): Connection<Node> {
  const nodes = rows.slice(0, first);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: continued && nodes.length > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

const LARGEST_PAGE = 100;

export const isPageSize = (first: number): boolean => first >= 1 && first <= LARGEST_PAGE;

/** The sentences of a refusal of `first` and `after`. */
export const PAGE_SIZE_PROBLEM = `\`first\` must be 1 to ${LARGEST_PAGE}.`;
export const CURSOR_PROBLEM = '`after` is not a cursor of this list.';

/** An opaque cursor over the values of a sort key. */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The end of the year 9999: MySQL compares with nothing later. Milliseconds since 1970. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** @returns the place in a list that is sorted by a number, such as an instant, and a UUID; null where a cursor has something else */
export function readPlace(
  number: unknown,
  id: unknown,
): { readonly number: number; readonly id: string } | null {
  if (typeof number !== 'number' || typeof id !== 'string' || !isUuid(id)) return null;
  if (!Number.isSafeInteger(number) || number < 0 || number > LAST_INSTANT) return null;
  return { number, id };
}

/** @returns the place in a list that is sorted by an instant and a UUID; null for any other text */
export function readInstantCursor(cursor: string): { readonly at: Date; readonly id: string } | null {
  const [at, id] = decodeCursor(cursor, 2) ?? [];
  const place = readPlace(at, id);
  return place && { at: new Date(place.number), id: place.id };
}

/** @returns null for anything that `encodeCursor` did not make, as far as can be recognised */
export function decodeCursor(cursor: string, length: number): (string | number)[] | null {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const sound =
      Array.isArray(key) &&
      key.length === length &&
      key.every((part) => ['string', 'number'].includes(typeof part));
    return sound ? (key as (string | number)[]) : null;
  } catch {
    return null;
  }
}
