import { DateTime } from '../../platform/graphql/scalars.ts';
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
    product: (_, { id }, context) => findProduct(id, context),
    products: (_, args, context) => listProducts(args, context),
    serverTime: (_, _args, { services }) => services.clock.read(),
  },
  Mutation: {
    createProduct: (_, { input }, context) => createProduct(input, context),
    updateProduct: (_, { input }, context) => updateProduct(input, context),
    withdrawProduct: (_, { input }, context) => withdrawProduct(input, context),
  },
  Product: {
    __resolveReference: ({ id }, context) => findProduct(id, context),
    price: ({ amount, currency }) => ({ amount, currency }),
    status: (product, _args, { services }) => saleStatusAt(product, services.clock.now()),
  },
  ProductConnection: {
    totalCount: (page) => page.countAll(),
  },
};
