import { allow } from 'graphql-shield';
import { connect, Product } from './entities.js';
import { serveSubgraph } from './subgraph.js';

const products = (await connect(Product)).getRepository(Product);
const find = async ({ id }) => {
  const product = await products.findOneBy({ id });
  return product && { id, name: product.name, price: { amount: product.amount, currency: product.currency } };
};

await serveSubgraph({
  typeDefs: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
    type Money @shareable { amount: Int! currency: String! }
    type Product @key(fields: "id") { id: ID! name: String! price: Money! }
    type Query { product(id: ID!): Product }
  `,
  resolvers: {
    Query: { product: (_parent, { id }) => find({ id }) },
    Product: { __resolveReference: find },
  },
  permissions: { Query: { product: allow }, Product: allow, Money: allow },
});
