import { z } from 'zod';
import { isProduction, readEnvironment } from '../platform/config/environment.ts';
import { readSecret } from '../platform/config/secrets.ts';
import {
  commonSettings,
  count,
  discoverySettings,
  duration,
  httpUrl,
  httpUrls,
  onOff,
  port,
  storeSettings,
} from '../platform/config/settings.ts';

const settings = (production: boolean) => ({
  ...commonSettings,
  REDIS_URL: storeSettings.REDIS_URL,
  REDIS_PREFIX: storeSettings.REDIS_PREFIX,
  PORT: port(4000),
  SUPERGRAPH_FILE: z.string().default('schema/supergraph.graphql'),

  /** `/graphql` of each subgraph: one URL or several, whose host names may have several addresses. */
  USER_URL: httpUrls('http://127.0.0.1:4001/graphql'),
  PRODUCT_URL: httpUrls('http://127.0.0.1:4002/graphql'),
  ORDER_URL: httpUrls('http://127.0.0.1:4003/graphql'),
  ...discoverySettings,
  /** How long the subgraphs together may take for one request. */
  SUBGRAPH_TIMEOUT: duration('10s'),

  /** `off`: no token is any good, and a supergraph with access rules does not start. */
  JWKS_URL: z
    .union([z.literal('off'), httpUrl('http://127.0.0.1:4001/.well-known/jwks.json')])
    .default('http://127.0.0.1:4001/.well-known/jwks.json'),
  JWT_ISSUER: z.string().default('firstcome'),
  JWT_AUDIENCE: z.string().default('firstcome'),

  PLAYGROUND: onOff(production ? 'off' : 'on'),
  /** A page that shows how to write a client, at `/sale/<product id>`. */
  SALE_PAGE: onOff(production ? 'off' : 'on'),
  INTROSPECTION: onOff(production ? 'off' : 'on'),
  /** Whether an error may say "Did you mean …", which tells what the schema has. */
  SUGGESTIONS: onOff(production ? 'off' : 'on'),
  /** Pages of other origins that may call from a browser: origins separated by commas, `local`, `none` or `*`. */
  CORS_ORIGINS: z.string().default(production ? 'none' : 'local'),

  /** How many proxies of ours stand in front: whose word on where a client connects from is taken. */
  TRUSTED_PROXIES: count(0, 0),
  MAX_BODY_BYTES: count(100_000),
  OPERATION_MAX_TOKENS: count(1_000),
  OPERATION_MAX_DEPTH: count(12),
  OPERATION_MAX_ALIASES: count(30, 0),
  OPERATION_MAX_DIRECTIVES: count(50, 0),
  OPERATION_MAX_FIELDS: count(1_000),
  OPERATION_MAX_COST: count(10_000),
  /** More at once are refused at once. */
  MAX_CONCURRENT_REQUESTS: count(5_000),
  /** Streams of live stock, in all and from one address; more are refused at once. */
  MAX_LIVE_CLIENTS: count(10_000),
  MAX_LIVE_CLIENTS_PER_ADDRESS: count(200),
  /** Memory for documents that have been worked out, in MiB. */
  OPERATION_CACHE_MIB: count(32),
});

/** @throws {ConfigurationError} one sentence for each setting that is missing or wrong */
export function readRouterConfig(environment: NodeJS.ProcessEnv = process.env) {
  const config = readEnvironment(settings(isProduction(environment)), environment);
  return { ...config, identitySecret: readSecret('IDENTITY_SECRET', config.DATA_DIR, environment) };
}

export type RouterConfig = ReturnType<typeof readRouterConfig>;
