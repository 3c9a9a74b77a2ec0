import { allow, hasScope, type Permissions } from '../../platform/graphql/permissions.ts';

/** Reading is public; changing the catalog needs a scope. */
const mayWriteCatalog = hasScope('catalog:write');

export const permissions: Permissions = {
  Query: { product: allow, products: allow, serverTime: allow },
  Mutation: {
    createProduct: mayWriteCatalog,
    updateProduct: mayWriteCatalog,
    withdrawProduct: mayWriteCatalog,
  },
  Product: allow,
  Money: allow,
  ProductConnection: allow,
  ProductEdge: allow,
  PageInfo: allow,
  ProductSaved: allow,
  ProductNotFound: allow,
  InvalidInput: allow,
  InputProblem: allow,
};
