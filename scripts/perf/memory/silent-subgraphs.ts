import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeSigningKey } from '../../../platform/config/secrets.ts';
import type { SigningKey } from '../mint.ts';

export interface SilentSubgraphs {
  /** For a router in front of them. */
  readonly environment: NodeJS.ProcessEnv;
  /** Of the tokens that the router takes. */
  readonly signingKey: SigningKey;
  close(): void;
}

/** Subgraphs that take every operation and answer none, like processes that are paused; keys and readiness are answered. */
export async function startSilentSubgraphs(): Promise<SilentSubgraphs> {
  const key = makeSigningKey();
  const { kty, n, e, kid, alg, use } = key;
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/jwks') response.end(JSON.stringify({ keys: [{ kty, n, e, kid, alg, use }] }));
    else if (request.url !== '/graphql') response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = 'of subgraphs that never answer, for a measurement';
  return {
    environment: {
      JWKS_URL: `${url}/jwks`,
      USER_URL: `${url}/graphql`,
      PRODUCT_URL: `${url}/graphql`,
      ORDER_URL: `${url}/graphql`,
      USER_IDENTITY_SECRET: secret,
      PRODUCT_IDENTITY_SECRET: secret,
      ORDER_IDENTITY_SECRET: secret,
    },
    signingKey: key,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
