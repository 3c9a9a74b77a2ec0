import { allow, hasScope, type Permissions } from '../../platform/graphql/permissions.ts';

/** Everybody may look; only who keeps the catalog may change it. */
const keepsCatalog = hasScope('catalog:write');

export const permissions: Permissions = {
  Query: { product: allow, products: allow, serverTime: allow },
  Mutation: { createProduct: keepsCatalog, updateProduct: keepsCatalog, withdrawProduct: keepsCatalog },
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
