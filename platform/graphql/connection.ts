import { Fault } from '../errors.ts';
import { isOverdue } from '../mysql/errors.ts';
import { storeFailure } from '../store-failure.ts';

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
 * @param rows up to `first + 1` rows after the cursor, in order: the one too many tells that there is a next page
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

/**
 * The total of a list. A field that is not null takes the whole page with it when it fails, so a count that is not to be had in time is
 * replaced by how many there are at least.
 *
 * @param page of the list, as it was found
 */
export async function countOrAtLeast(
  count: () => Promise<number>,
  { nodes, pageInfo }: Connection<unknown>,
): Promise<number> {
  try {
    return await count();
  } catch (error) {
    const isNotToBeHad =
      isOverdue(error) ||
      storeFailure(error) !== null ||
      (error instanceof Fault && (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT'));
    if (!isNotToBeHad) throw error;
    return nodes.length + (pageInfo.hasNextPage ? 1 : 0);
  }
}

/** An opaque cursor over the values of a sort key. */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** @returns null for anything that `encodeCursor` did not make, as far as can be told */
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
