import { allow, rule } from 'graphql-shield';
import { connect, Order, OrderItem, Stock } from './entities.js';
import { withLock } from './lock.js';
import { serveSubgraph } from './subgraph.js';

const database = await connect(Order, OrderItem, Stock);

/** One purchase at a time of each product: what was read is still true when it is saved. */
const purchase = ({ productId, quantity, idempotencyKey }, userId) =>
  withLock(`lock:${productId}`, () =>
    database.transaction(async (manager) => {
      const before = await manager.findOne(Order, {
        where: { userId, idempotencyKey },
        relations: { items: true },
      });
      if (before) return { __typename: 'PurchaseConfirmed', replayed: true, order: before };
      const stock = await manager.findOneBy(Stock, { productId });
      if (!stock || stock.total - stock.sold < quantity)
        return { __typename: 'SoldOut', message: 'Sold out.' };
      stock.sold += quantity;
      await manager.save(Stock, stock);
      const order = await manager.save(Order, {
        userId,
        idempotencyKey,
        status: 'PENDING_PAYMENT',
        amount: stock.amount * quantity,
        currency: stock.currency,
        items: [{ productId, quantity, unitPrice: stock.amount }],
      });
      return { __typename: 'PurchaseConfirmed', replayed: false, order };
    }),
  );

const isBuyer = rule({ cache: 'contextual' })((_parent, _args, { userId }) => userId !== undefined);

await serveSubgraph({
  typeDefs: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
    type Money @shareable { amount: Int! currency: String! }
    type Stock { total: Int! sold: Int! reserved: Int! remaining: Int! soldOut: Boolean! }
    type Product @key(fields: "id") { id: ID! stock: Stock }
    interface Error { message: String! }
    type OrderItem { quantity: Int! product: Product }
    type Order { id: ID! status: String! total: Money! items: [OrderItem!]! }
    type PurchaseConfirmed { order: Order! replayed: Boolean! }
    type SoldOut implements Error { message: String! }
    union PurchaseResult = PurchaseConfirmed | SoldOut
    input PurchaseInput { productId: ID! quantity: Int! = 1 idempotencyKey: String! }
    type Query { stock(productId: ID!): Stock }
    type Mutation { purchase(input: PurchaseInput!): PurchaseResult! }
  `,
  resolvers: {
    Query: { stock: (_parent, { productId }) => stockOf(productId) },
    Mutation: { purchase: (_parent, { input }, { userId }) => purchase(input, userId) },
    Order: { total: ({ amount, currency }) => ({ amount, currency }) },
    OrderItem: { product: ({ productId }) => ({ id: productId }) },
    Product: { stock: ({ id }) => stockOf(id) },
  },
  permissions: {
    Query: { stock: allow },
    Mutation: { purchase: isBuyer },
    Product: allow,
    Stock: allow,
    Money: allow,
    Order: isBuyer,
    OrderItem: isBuyer,
    PurchaseConfirmed: isBuyer,
    SoldOut: isBuyer,
  },
});

async function stockOf(productId) {
  const stock = await database.getRepository(Stock).findOneBy({ productId });
  if (!stock) return null;
  const remaining = stock.total - stock.sold;
  return { total: stock.total, sold: stock.sold, reserved: 0, remaining, soldOut: remaining === 0 };
}
