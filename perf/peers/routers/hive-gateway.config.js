/** Hive Gateway, with its own plugin for tokens. */
import { createRemoteJwksSigningKeyProvider, defineConfig } from '@graphql-hive/gateway';

export const gatewayConfig = defineConfig({
  jwt: {
    signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: process.env.JWKS_URL })],
    tokenVerification: { algorithms: ['RS256'], issuer: 'firstcome', audience: 'firstcome' },
    reject: { missingToken: false, invalidToken: true },
  },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
  pollingInterval: 0,
  logging: 'error',
});
