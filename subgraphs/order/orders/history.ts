import type DataLoader from 'dataloader';
import type { OrderStatus } from '../__generated__/resolvers-types.ts';
import type { Order } from './order.ts';

interface OrderEvent {
  readonly status: OrderStatus;
  readonly at: Date;
}

/** Every status the order has had, oldest first. The first is not stored: it is the order's own creation. */
export async function historyOf(
  order: Order,
  events: DataLoader<string, OrderEvent[]>,
): Promise<OrderEvent[]> {
  return [{ status: 'PENDING_PAYMENT', at: order.createdAt }, ...(await events.load(order.id))];
}
