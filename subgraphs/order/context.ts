import DataLoader from 'dataloader';
import { Fault } from '../../platform/errors.ts';
import type { ContextMaker, SubgraphContext } from '../../platform/graphql/subgraph-context.ts';
import type { Caller, Identity } from '../../platform/identity/identity.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Span } from '../../platform/observability/span.ts';
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
  (base) =>
    new OrderRequest(base, services);

/** Its loaders are made when they are used: a purchase that is answered without its payment and history needs none. */
class OrderRequest implements OrderContext {
  readonly caller: Caller | null;
  readonly identity: Identity;
  readonly isSigned: boolean;
  readonly span: Span;
  readonly services: OrderServices;
  // Not `#`: Apollo Server copies the properties of a context.
  private readonly base: SubgraphContext;
  private ofSingle: OrderLoaders | undefined;
  private ofListed: OrderLoaders | undefined;

  constructor(base: SubgraphContext, services: OrderServices) {
    this.caller = base.caller;
    this.identity = base.identity;
    this.isSigned = base.isSigned;
    this.span = base.span;
    this.services = services;
    this.base = base;
  }

  get logger(): Logger {
    return this.base.logger;
  }

  get single(): OrderLoaders {
    const { orders, pool } = this.services;
    return (this.ofSingle ??= loaders({
      events: (ids) => orders.eventsOf(ids),
      payments: (ids) => latestPayments(pool, ids),
    }));
  }

  get listed(): OrderLoaders {
    const { lists } = this.services;
    const caller = callerId(this);
    return (this.ofListed ??= loaders({
      events: (ids) => lists.eventsOf(caller, ids),
      payments: (ids) => lists.read(caller, () => latestPayments(lists.pool, ids)),
    }));
  }
}

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
