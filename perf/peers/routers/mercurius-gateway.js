/** Mercurius as a gateway, with its just-in-time compiler; it knows Federation 1, so it has the part of the schema that is measured. */
import mercuriusGateway from '@mercuriusjs/gateway';
import Fastify from 'fastify';
import { ready } from '../ready.js';
import { claimsOf } from '../token.js';

const SCHEMAS = {
  product: `
    type Money { amount: Int! currency: String! }
    type Product @key(fields: "id") { id: ID! name: String! price: Money! }
    extend type Query { product(id: ID!): Product }
  `,
  order: `
    type Money { amount: Int! currency: String! }
    type Stock { total: Int! sold: Int! reserved: Int! remaining: Int! soldOut: Boolean! }
    extend type Product @key(fields: "id") { id: ID! @external stock: Stock }
    interface Error { message: String! }
    type OrderItem { quantity: Int! product: Product }
    enum OrderStatus {
      PENDING_PAYMENT PAYING PAID SHIPPED DELIVERED RETURN_REQUESTED RETURNED CANCELLED EXPIRED
    }
    type Order { id: ID! status: OrderStatus! total: Money! items: [OrderItem!]! }
    type PurchaseConfirmed { order: Order! replayed: Boolean! }
    type SoldOut implements Error { message: String! }
    union PurchaseResult = PurchaseConfirmed | SoldOut
    input PurchaseInput { productId: ID! quantity: Int! = 1 idempotencyKey: String! }
    extend type Query { stock(productId: ID!): Stock }
    extend type Mutation { purchase(input: PurchaseInput!): PurchaseResult! }
  `,
};

const urls = JSON.parse(process.env.SUBGRAPHS);
const app = Fastify();
await app.register(mercuriusGateway, {
  jit: 1,
  context: ({ headers: { authorization } }) => ({ authorization, user: claimsOf(authorization) }),
  gateway: {
    services: Object.entries(SCHEMAS).map(([name, schema]) => ({
      name,
      url: urls[name],
      schema,
      rewriteHeaders: (_headers, context) =>
        context?.authorization ? { authorization: context.authorization } : {},
    })),
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
ready(app.server.address().port);
