/** Apollo Gateway, which composes the schemas of the subgraphs when it starts, with a token check in the context. */
import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { ready } from '../ready.js';
import { claimsOf } from '../token.js';

class UserDataSource extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.userId) request.http.headers.set('x-user-id', context.userId);
  }
}

const subgraphs = Object.entries(JSON.parse(process.env.SUBGRAPHS)).map(([name, url]) => ({ name, url }));
const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({ subgraphs }),
  buildService: ({ url }) => new UserDataSource({ url }),
});
const { url } = await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({ userId: claimsOf(req.headers.authorization)?.sub }),
});
ready(new URL(url).port);
