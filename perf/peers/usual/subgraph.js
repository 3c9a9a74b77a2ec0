/** A subgraph as the documentation of its libraries puts one together: Apollo Server, a federated schema, shield around every field. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { applyMiddleware } from 'graphql-middleware';
import { shield } from 'graphql-shield';
import { gql } from 'graphql-tag';
import { ready } from '../ready.js';

export async function serveSubgraph({ typeDefs, resolvers, permissions }) {
  const schema = applyMiddleware(
    buildSubgraphSchema({ typeDefs: gql(typeDefs), resolvers }),
    shield(permissions, { allowExternalErrors: true }),
  );
  const server = new ApolloServer({ schema });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: async ({ req }) => ({ userId: req.headers['x-user-id'] }),
  });
  ready(new URL(url).port);
}
