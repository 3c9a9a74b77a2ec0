import { Fault } from '../../../platform/errors.ts';
import { connectionOf, type Connection } from '../../../platform/graphql/connection.ts';
import { countOrAtLeast } from '../../../platform/graphql/total-count.ts';
import { clientKeyOf } from '../../../platform/rate-limit/client-key.ts';
import type { ProductOrder, QueryProductsArgs, RequireFields } from '../__generated__/resolvers-types.ts';
import type { ProductContext } from '../context.ts';
import type { Product } from '../catalog/product.ts';
import { cursorAt, cursorOf, positionOf, type Position } from './product-order.ts';
import type { Selection } from './selection.ts';
import { wordsOf } from '../search/name-words.ts';

export interface ProductPage extends Connection<Product> {
  /**
   * Counts all products of the selection, which costs more than the page: call it only if the total is selected. If MySQL does not
   * finish in time, returns the lower bound that the page proves.
   */
  countAll(): Promise<number>;
}

type Arguments = RequireFields<QueryProductsArgs, 'first' | 'orderBy'>;

const LARGEST_PAGE = 100;
const MOST_WORDS = 5;
/** In UTF-16 units. */
const LONGEST_SEARCH = 200;

/**
 * @throws {Fault} BAD_REQUEST for a page size, cursor or search that is out of bounds
 */
export async function listProducts(
  { first, after, filter, orderBy: order }: Arguments,
  { services: { lists, clock }, identity }: ProductContext,
): Promise<ProductPage> {
  if (first < 1 || first > LARGEST_PAGE)
    throw new Fault('BAD_REQUEST', `\`first\` must be from 1 to ${LARGEST_PAGE}.`);
  const client = clientKeyOf(identity);
  const search = filter?.search?.trim() ?? '';
  const selection: Selection = {
    type: filter?.type ?? null,
    status: filter?.status ?? null,
    words: searchedWords(search),
    now: clock.now(),
  };
  const start = startOf(order, after ?? null);
  // A search without letters and digits matches no name. An empty search is no filter.
  if (search !== '' && selection.words.length === 0) return NOTHING;
  // One more than the page has: it shows whether there is a next page.
  const { products, truncatedAt } = await lists.findPage(client, selection, {
    order,
    after: start,
    limit: first + 1,
  });
  const page = connectionOf(products, first, start !== null, (product) => cursorOf(order, product));
  return {
    ...page,
    pageInfo: truncatedAt
      ? { ...page.pageInfo, hasNextPage: true, endCursor: cursorAt(order, truncatedAt) }
      : page.pageInfo,
    countAll: () => countOrAtLeast(() => lists.count(client, selection), page),
  };
}

const NOTHING: ProductPage = {
  ...connectionOf<Product>([], 0, false, () => ''),
  countAll: async () => 0,
};

function startOf(order: ProductOrder, cursor: string | null): Position | null {
  if (cursor === null) return null;
  const position = positionOf(order, cursor);
  if (!position) throw new Fault('BAD_REQUEST', '`after` must be a cursor of this list in this order.');
  return position;
}

function searchedWords(search: string): string[] {
  const words = search.length > LONGEST_SEARCH ? null : wordsOf(search);
  if (words && words.length <= MOST_WORDS) return words;
  throw new Fault(
    'BAD_REQUEST',
    `\`search\` may have ${MOST_WORDS} words and ${LONGEST_SEARCH} characters at the most.`,
  );
}
