import { DateTime } from '../../platform/graphql/scalars.ts';
import { parseUuid } from '../../platform/uuid.ts';
import type { Resolvers } from './__generated__/resolvers-types.ts';
import { loadersFor, type OrderContext } from './context.ts';
import { cancelOrder } from './fulfilment/cancel-order.ts';
import { requestReturn } from './fulfilment/request-return.ts';
import { findOrder } from './orders/find-order.ts';
import { listOrders } from './orders/list-orders.ts';
import { historyOf } from './orders/history.ts';
import { pay } from './payment/pay.ts';
import { latestPaymentOf } from './payment/payment-view.ts';
import { preparePayment } from './payment/prepare-payment.ts';
import { shippingAddressOf } from './payment/shipping-address.ts';
import { abandonPurchase } from './purchase/abandon-purchase.ts';
import { buyProduct } from './purchase/buy-product.ts';
import { findPurchaseOutcome } from './purchase/purchase-outcome.ts';
import { restockProduct } from './purchase/restock-product.ts';
import { addToWishlist, removeFromWishlist, updateWishlistItem } from './wishlist/change-wishlist.ts';
import { checkoutWishlist } from './wishlist/checkout-wishlist.ts';
import { readWishlist } from './wishlist/read-wishlist.ts';
import { findNode } from './find-node.ts';

export const resolvers: Resolvers = {
  DateTime,
  Query: {
    node: (_, { id }, context) => findNode(id, context),
    order: (_, { id }, context) => findOrder(id, context),
    purchaseOutcome: (_, { idempotencyKey }, context) => findPurchaseOutcome(idempotencyKey, context),
    stock: (_, { productId }, { services }) => readStock(productId, services),
  },
  Mutation: {
    purchase: (_, { input }, context) => buyProduct(input, context),
    checkoutWishlist: (_, { input }, context) => checkoutWishlist(input, context),
    abandonPurchase: (_, { input }, context) => abandonPurchase(input, context),
    preparePayment: (_, { input }, context) => preparePayment(input, context),
    pay: (_, { input }, context) => pay(input, context),
    cancelOrder: (_, { input }, context) => cancelOrder(input, context),
    requestReturn: (_, { input }, context) => requestReturn(input, context),
    addToWishlist: (_, { input }, context) => addToWishlist(input, context),
    updateWishlistItem: (_, { input }, context) => updateWishlistItem(input, context),
    removeFromWishlist: (_, { input }, context) => removeFromWishlist(input, context),
    restock: (_, { input }, context) => restockProduct(input, context),
  },
  Order: {
    __resolveReference: ({ id }, context) => findOrder(id, context),
    buyer: ({ userId }) => ({ id: userId }),
    total: ({ totalAmount, currency }) => ({ amount: totalAmount, currency }),
    paymentDueAt: ({ status, dueAt }) => (status === 'PENDING_PAYMENT' ? dueAt : null),
    returnableUntil: ({ status, dueAt }) => (status === 'DELIVERED' ? dueAt : null),
    history: (order, _, context) => historyOf(order, loadersFor(order, context).events),
    shippingAddress: (order, _, context) => shippingAddressOf(order, context),
    payment: (order, _, context) => latestPaymentOf(order, loadersFor(order, context).payments),
  },
  OrderItem: {
    product: ({ productId }) => ({ id: productId }),
    unitPrice: ({ unitPrice, currency }) => ({ amount: unitPrice, currency }),
  },
  OrderConnection: {
    totalCount: (page) => page.countAll(),
  },
  Product: {
    __resolveReference: canonical,
    stock: ({ id }, _, { services }) => readStock(id, services),
  },
  User: {
    __resolveReference: canonical,
    orders: ({ id }, page, context) => listOrders(id, page, context),
    wishlist: ({ id }, _, context) => readWishlist(id, context),
  },
};

/** @returns null where there is none, also for what could not be an id */
function readStock(productId: string, { stockReader }: OrderContext['services']) {
  const id = parseUuid(productId);
  return id === null ? null : stockReader.read(id);
}

/** An entity of another subgraph, by the spelling of its id that this one has in its stores. */
function canonical<Reference extends { readonly id: string }>(reference: Reference): Reference {
  return { ...reference, id: parseUuid(reference.id) ?? reference.id };
}
