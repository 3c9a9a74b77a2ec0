export interface HiveRouterOptions {
  readonly port: number;
  /** The file. */
  readonly supergraph: string;
  readonly subgraphs: Readonly<Record<'user' | 'product' | 'order', string>>;
  readonly jwksUrl: string;
  /** Of a client's request, which subgraphs get. */
  readonly headers: readonly string[];
}

/** Tokens are checked, the rules of the supergraph enforced, headers forwarded. */
export const hiveRouterConfiguration = ({
  port,
  supergraph,
  subgraphs: { user, product, order },
  jwksUrl,
  headers,
}: HiveRouterOptions): string => `
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
${headers.map((name) => `      - propagate: { named: ${name} }\n`).join('')}`;
