import { parseUuid } from '../../platform/uuid.ts';
import type { OrderContext, ProductReference, UserReference } from './context.ts';
import { findOrder } from './orders/find-order.ts';
import { mayBeOrderId } from './orders/order-id.ts';
import type { Order } from './orders/order.ts';

export type FoundNode =
  | (Order & { readonly __typename: 'Order' })
  | (ProductReference & { readonly __typename: 'Product' })
  | (UserReference & { readonly __typename: 'User' });

/**
 * What an id stands for. It does not name its type, so each type is looked up by the rule of its own field: an order for its buyer
 * and `order:read`, a product for all, a user for that user and `user:read`. This subgraph decides because it holds a reference to
 * each of the types; whatever else is selected is resolved where it is owned.
 *
 * @returns null for what does not exist and for what the caller may not see, alike
 * @throws {Fault} UNAVAILABLE or TIMEOUT when a subgraph that has to be called does not answer
 */
export async function findNode(given: string, context: OrderContext): Promise<FoundNode | null> {
  const { caller, identity, services } = context;
  const id = parseUuid(given);
  if (id === null) return null;
  if (id === caller?.userId) return { __typename: 'User', id };
  const order = mayBeOrderId(id) ? await findOrder(id, context) : null;
  if (order) return { __typename: 'Order', ...order };
  if (await services.products.read(id)) return { __typename: 'Product', id };
  const isUser = caller?.scopes.has('user:read') && (await services.profiles.isVisible(id, identity));
  return isUser ? { __typename: 'User', id } : null;
}
