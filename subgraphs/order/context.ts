import DataLoader from 'dataloader';
import { Fault } from '../../platform/errors.ts';
import type { ContextMaker, SubgraphContext } from '../../platform/graphql/subgraph-context.ts';
import type { Caller } from '../../platform/identity/identity.ts';
import type { OrderStatus } from './__generated__/resolvers-types.ts';
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
  /** Every status an order took on after its first, by order id. */
  readonly events: DataLoader<string, { status: OrderStatus; at: Date }[]>;
  /** An order's latest attempt to pay, by order id. */
  readonly payments: DataLoader<string, PaymentRecord | null>;
}

/** Together, but nothing is kept: one request may hold several mutations of one order. */
const BATCHED = { cache: false };

export const contextMaker =
  (services: OrderServices): ContextMaker<OrderContext> =>
  (base) => ({
    ...base,
    services,
    events: new DataLoader(async (orderIds) => {
      const events = await services.orders.eventsOf(orderIds);
      return orderIds.map((id) => events.get(id) ?? []);
    }, BATCHED),
    payments: new DataLoader(async (orderIds) => {
      const payments = await latestPayments(services.pool, orderIds);
      return orderIds.map((id) => payments.get(id) ?? null);
    }, BATCHED),
  });

/** @throws {Fault} UNAUTHENTICATED; the permissions have made sure of it where a rule stands before the field */
export function signedIn({ caller }: SubgraphContext): Caller {
  if (!caller) throw new Fault('UNAUTHENTICATED');
  return caller;
}
