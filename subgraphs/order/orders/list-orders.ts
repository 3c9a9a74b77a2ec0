import { Fault } from '../../../platform/errors.ts';
import {
  connectionOf,
  CURSOR_PROBLEM,
  encodeCursor,
  isPageSize,
  PAGE_SIZE_PROBLEM,
  readInstantCursor,
  type Connection,
} from '../../../platform/graphql/connection.ts';
import { countOrAtLeast } from '../../../platform/graphql/total-count.ts';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context.ts';
import type { Order } from './order.ts';
import type { OrderLists } from './order-lists.ts';

/** What of a request's context orders are listed by. */
interface ListContext extends SubgraphContext {
  readonly services: { readonly lists: OrderLists };
}

export interface OrderPageEdge {
  readonly cursor: string;
  readonly node: Order;
}

export interface OrderPage extends Connection<Order> {
  /** At most `MOST_COUNTED`; where MySQL does not count them in time, as many as the page shows that there are. */
  countAll(): Promise<number>;
}

interface Page {
  readonly first: number;
  readonly after?: string | null;
  readonly status?: OrderStatus | null;
}

const EMPTY: OrderPage = { ...connectionOf<Order>([], 1, false, () => ''), countAll: async () => 0 };

/**
 * A user's orders, newest first; empty for anyone but that user and `order:read`.
 *
 * @throws {Fault} BAD_REQUEST for a page size or a cursor that is none, UNAVAILABLE where the caller has to wait too long
 */
export async function listOrders(
  userId: string,
  page: Page,
  { caller, services }: ListContext,
): Promise<OrderPage> {
  if (!isPageSize(page.first)) throw new Fault('BAD_REQUEST', PAGE_SIZE_PROBLEM);
  const after = page.after ? readCursor(page.after) : null;
  if (!caller || (caller.userId !== userId && !caller.scopes.has('order:read'))) return EMPTY;

  const status = page.status ?? null;
  const rows = await services.lists.pageOfUser(caller.userId, userId, {
    limit: page.first + 1,
    after,
    status,
  });
  const found = connectionOf(rows, page.first, after !== null, cursorOf);
  return {
    ...found,
    countAll: () => countOrAtLeast(() => services.lists.countOfUser(caller.userId, userId, status), found),
  };
}

const cursorOf = ({ createdAt, id }: Order): string => encodeCursor([createdAt.getTime(), id]);

function readCursor(cursor: string): { createdAt: Date; id: string } {
  const place = readInstantCursor(cursor);
  if (!place) throw new Fault('BAD_REQUEST', CURSOR_PROBLEM);
  return { createdAt: place.at, id: place.id };
}
