import { DateTime } from '../../platform/graphql/scalars.ts';
import { clientKeyOf } from '../../platform/rate-limit/client-key.ts';
import type { Resolvers } from './__generated__/resolvers-types.ts';
import { createProduct } from './catalog/create-product.ts';
import { findProduct } from './catalog/find-product.ts';
import { listProducts } from './lists/list-products.ts';
import { saleStatusAt } from './sale/sale-status.ts';
import { updateProduct } from './catalog/update-product.ts';
import { withdrawProduct } from './catalog/withdraw-product.ts';

export const resolvers: Resolvers = {
  DateTime,
  Query: {
    product: (_, { id }, { products }) => findProduct(id, products),
    products: (_, args, { services, identity }) => listProducts(args, services, clientKeyOf(identity)),
    serverTime: (_, _args, { services }) => services.clock.ask(),
  },
  Mutation: {
    createProduct: (_, { input }, { services }) => createProduct(input, services),
    updateProduct: (_, { input }, { services }) => updateProduct(input, services),
    withdrawProduct: (_, { input }, { services }) => withdrawProduct(input, services),
  },
  Product: {
    __resolveReference: ({ id }, { products }) => findProduct(id, products),
    price: ({ amount, currency }) => ({ amount, currency }),
    status: (product, _args, { services }) => saleStatusAt(product, services.clock.now()),
  },
  ProductConnection: {
    totalCount: (page) => page.countAll(),
  },
};
