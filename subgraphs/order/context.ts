import DataLoader from 'dataloader';
import { Fault } from '../../platform/errors.ts';
import type { ContextMaker, SubgraphContext } from '../../platform/graphql/subgraph-context.ts';
import type { Caller } from '../../platform/identity/identity.ts';
import type { OrderStatus } from './__generated__/resolvers-types.ts';
import type { Order } from './orders/order.ts';
import { latestPayments, type PaymentRecord } from './payment/payment-repository.ts';
import type { OrderServices } from './services.ts';

/** A product or user of another subgraph: its id is all that is known here. */
export interface ProductReference {
  readonly id: string;
}

export interface UserReference {
  readonly id: string;
}

export interface OrderContext extends SubgraphContext {
  readonly services: OrderServices;
  /** What is read of single orders. */
  readonly single: OrderLoaders;
  /** What is read of the orders of a list, by the connections of lists. */
  readonly listed: OrderLoaders;
}

interface OrderLoaders {
  /** Every status an order took on after its first, by order id. */
  readonly events: DataLoader<string, { status: OrderStatus; at: Date }[]>;
  /** An order's latest attempt to pay, by order id. */
  readonly payments: DataLoader<string, PaymentRecord | null>;
}

export const loadersFor = (order: Order, { single, listed }: OrderContext): OrderLoaders =>
  order.isListed ? listed : single;

/** Together, but nothing is kept: one request may hold several mutations of one order. */
const BATCHED = { cache: false };

export const contextMaker =
  (services: OrderServices): ContextMaker<OrderContext> =>
  (base) => ({
    ...base,
    services,
    single: loaders({
      events: (ids) => services.orders.eventsOf(ids),
      payments: (ids) => latestPayments(services.pool, ids),
    }),
    listed: loaders({
      events: (ids) => services.lists.eventsOf(callerId(base), ids),
      payments: (ids) => services.lists.read(callerId(base), () => latestPayments(services.lists.pool, ids)),
    }),
  });

/** A list of orders is empty for a caller who is not signed in. */
const callerId = ({ caller }: SubgraphContext): string => caller?.userId ?? '';

interface OrderReads {
  readonly events: (ids: readonly string[]) => Promise<Map<string, { status: OrderStatus; at: Date }[]>>;
  readonly payments: (ids: readonly string[]) => Promise<Map<string, PaymentRecord>>;
}

const loaders = (read: OrderReads): OrderLoaders => ({
  events: new DataLoader(async (ids) => {
    const events = await read.events(ids);
    return ids.map((id) => events.get(id) ?? []);
  }, BATCHED),
  payments: new DataLoader(async (ids) => {
    const payments = await read.payments(ids);
    return ids.map((id) => payments.get(id) ?? null);
  }, BATCHED),
});

/** @throws {Fault} UNAUTHENTICATED; the permissions have made sure of it where a rule stands before the field */
export function signedIn({ caller }: SubgraphContext): Caller {
  if (!caller) throw new Fault('UNAUTHENTICATED');
  return caller;
}
