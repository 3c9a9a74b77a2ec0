import { Fault } from '../errors.ts';
import { storeFailure } from '../store-failure.ts';
import type { Connection } from './connection.ts';

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
      storeFailure(error) !== null ||
      (error instanceof Fault && (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT'));
    if (!isNotToBeHad) throw error;
    return nodes.length + (pageInfo.hasNextPage ? 1 : 0);
  }
}
