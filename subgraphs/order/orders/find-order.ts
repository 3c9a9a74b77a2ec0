import { parseUuid } from '../../../platform/uuid.ts';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context.ts';
import type { Order } from './order.ts';
import type { OrderLookup } from './order-lookup.ts';

/** What of a request's context an order is found by. */
interface OrderContext extends SubgraphContext {
  readonly services: { readonly lookup: OrderLookup };
}

/** @returns null for an order that does not exist and for one that the caller may not see, alike */
export async function findOrder(orderId: string, context: OrderContext): Promise<Order | null> {
  const order = await lookUp(orderId, context);
  return order && (isOwner(order, context) || context.caller?.scopes.has('order:read')) ? order : null;
}

/** For whatever changes an order: only its buyer may. @returns null for any other order, and where there is none */
export async function findOwnOrder(orderId: string, context: OrderContext): Promise<Order | null> {
  const order = await lookUp(orderId, context);
  return order && isOwner(order, context) ? order : null;
}

async function lookUp(orderId: string, { caller, services }: OrderContext): Promise<Order | null> {
  const id = parseUuid(orderId);
  if (!caller || id === null) return null;
  const record = await services.lookup.find(id);
  return record?.kind === 'order' ? record.order : null;
}

const isOwner = (order: Order, { caller }: OrderContext): boolean => order.userId === caller?.userId;
