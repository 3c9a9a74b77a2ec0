import { rule } from 'graphql-shield';
import { serveSubgraph } from './subgraph.js';

const isSelf = rule({ cache: 'contextual' })((_parent, _args, { userId }) => userId !== undefined);

await serveSubgraph({
  typeDefs: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type User @key(fields: "id") { id: ID! name: String! }
    type Query { me: User }
  `,
  resolvers: {
    Query: { me: (_parent, _args, { userId }) => ({ id: userId, name: 'Buyer' }) },
    User: { __resolveReference: ({ id }) => ({ id, name: 'Buyer' }) },
  },
  permissions: { Query: { me: isSelf }, User: isSelf },
});
