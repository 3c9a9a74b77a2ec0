/** The one product, and the one order, of the router's table. */
export const PRODUCT_ID = '01980000-0000-7000-8000-000000000001';

const product = { id: PRODUCT_ID, name: 'Measured', price: { amount: 12_000, currency: 'KRW' } };

const stock = { total: 1_000, sold: 250, reserved: 10, remaining: 740, soldOut: false };

const purchaseConfirmed = {
  __typename: 'PurchaseConfirmed',
  replayed: false,
  order: {
    id: '01980000-0000-7000-8000-000000000002',
    status: 'PENDING_PAYMENT',
    total: product.price,
    items: [{ quantity: 1, product: { __typename: 'Product', id: PRODUCT_ID } }],
  },
};

export const RESOLVERS = {
  user: {},
  product: {
    Query: { product: () => product },
    Product: { __resolveReference: () => product },
  },
  order: {
    Query: { stock: () => stock },
    Mutation: { purchase: () => purchaseConfirmed },
    Product: { __resolveReference: () => ({ id: PRODUCT_ID, stock }) },
  },
};

export type SubgraphName = keyof typeof RESOLVERS;
