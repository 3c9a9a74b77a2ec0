import { DateTime } from '../../platform/graphql/scalars.ts';
import { isUuid } from '../../platform/uuid.ts';
import type { Resolvers } from './__generated__/resolvers-types.ts';
import { findOrder } from './orders/find-order.ts';
import { listOrders } from './orders/list-orders.ts';
import { historyOf } from './orders/history.ts';
import { abandonPurchase } from './purchase/abandon-purchase.ts';
import { buyProduct } from './purchase/buy-product.ts';
import { findPurchaseOutcome } from './purchase/purchase-outcome.ts';
import { restockProduct } from './stock/restock-product.ts';

export const resolvers: Resolvers = {
  DateTime,
  Query: {
    order: (_, { id }, context) => findOrder(id, context),
    purchaseOutcome: (_, { idempotencyKey }, context) => findPurchaseOutcome(idempotencyKey, context),
    stock: (_, { productId }, { services }) =>
      isUuid(productId) ? services.stockReader.read(productId) : null,
  },
  Mutation: {
    purchase: (_, { input }, context) => buyProduct(input, context),
    abandonPurchase: (_, { input }, context) => abandonPurchase(input, context),
    restock: (_, { input }, context) => restockProduct(input, context),
  },
  Order: {
    __resolveReference: ({ id }, context) => findOrder(id, context),
    buyer: ({ userId }) => ({ id: userId }),
    total: ({ totalAmount, currency }) => ({ amount: totalAmount, currency }),
    paymentDueAt: ({ status, dueAt }) => (status === 'PENDING_PAYMENT' ? dueAt : null),
    returnableUntil: ({ status, dueAt }) => (status === 'DELIVERED' ? dueAt : null),
    history: (order, _, { events }) => historyOf(order, events),
    shippingAddress: () => null,
    payment: () => null,
  },
  OrderItem: {
    product: ({ productId }) => ({ id: productId }),
    unitPrice: ({ unitPrice, currency }) => ({ amount: unitPrice, currency }),
  },
  OrderConnection: {
    totalCount: (page) => page.countAll(),
  },
  Product: {
    stock: ({ id }, _, { services }) => (isUuid(id) ? services.stockReader.read(id) : null),
  },
  User: {
    orders: ({ id }, page, context) => listOrders(id, page, context),
  },
};
