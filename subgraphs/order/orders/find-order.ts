import { isUuid } from '../../../platform/uuid.ts';
import type { OrderContext } from '../context.ts';
import type { Order } from './order.ts';

/** @returns null for an order that does not exist and for one that the caller may not see, alike */
export async function findOrder(orderId: string, { caller, services }: OrderContext): Promise<Order | null> {
  if (!caller || !isUuid(orderId)) return null;
  const record = await services.lookup.find(orderId);
  if (record?.kind !== 'order') return null;
  const { order } = record;
  return order.userId === caller.userId || caller.scopes.has('order:read') ? order : null;
}
