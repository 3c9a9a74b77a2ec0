import type { RouterSurroundings } from './router-surroundings.ts';

/** As its tests here configure it: tokens are checked, the rules of the supergraph enforced, the token forwarded. */
export const hiveRouterConfiguration = (
  port: number,
  supergraph: string,
  { subgraphs: { user, product, order }, jwksUrl }: RouterSurroundings,
): string => `
supergraph:
  source: file
  path: ${supergraph}
http:
  host: 127.0.0.1
  port: ${port}
log:
  level: error
override_subgraph_urls:
  subgraphs:
    user: { url: ${user} }
    product: { url: ${product} }
    order: { url: ${order} }
jwt:
  enabled: true
  require_authentication: false
  jwks_providers:
    - { source: remote, url: ${jwksUrl} }
  issuers: [firstcome]
  audiences: [firstcome]
authorization:
  directives:
    unauthorized: { mode: reject }
headers:
  all:
    request:
      - propagate: { named: authorization }
`;
