import { z } from 'zod';
import { chooseStandIns } from '../platform/config/choose-stand-ins.ts';
import { isProduction, readEnvironment } from '../platform/config/environment.ts';
import { assertSpelling } from '../platform/config/misspelt-settings.ts';
import { readSecret } from '../platform/config/secrets.ts';
import {
  commonSettings,
  count,
  discoverySettings,
  duration,
  instances,
  names,
  onOff,
  optionalCount,
  optionalDuration,
  optionalHttpUrls,
  optionalOnOff,
  port,
  storeSettings,
} from '../platform/config/settings.ts';
import { tokenSettings } from '../platform/identity/tokens/token-settings.ts';
import { FORWARDED_HEADERS } from './request/client-address.ts';
import { origins } from './request/origins.ts';
import { rate } from '../platform/rate-limit/rate.ts';
import { fieldRates } from './request/rate-limits/field-rates.ts';
import {
  readSubgraphSettings,
  SHOP_SECRETS,
  type ReadSubgraphSettings,
} from './subgraph/subgraph-settings.ts';

/** Each of the first six costs a password hash, a mail or a look-up of what can be guessed; two are purchases; the last three write rows that cost nothing. */
export const PRESET_FIELD_RATES = [
  'Mutation.signIn 100/s burst 1000 per address',
  'Mutation.signUp 50/s burst 500 per address',
  'Mutation.requestEmailVerification 20/s burst 100 per address',
  'Mutation.requestPasswordReset 20/s burst 100 per address',
  'Mutation.resetPassword 50/s burst 500 per address',
  'Mutation.refreshSession 200/s burst 2000 per address',
  'Mutation.purchase 10/s burst 60 per user',
  'Mutation.checkoutWishlist 10/s burst 60 per user',
  'Mutation.abandonPurchase 10/s burst 60 per user',
  'Mutation.cancelOrder 10/s burst 60 per user',
  'Mutation.pay 10/s burst 60 per user',
];

/** The supergraph of the shop, as it is composed and committed. */
const SHOP_SUPERGRAPH = 'schema/supergraph.graphql';

const settings = (production: boolean) => ({
  ...commonSettings,
  REDIS_URL: storeSettings.REDIS_URL,
  REDIS_PREFIX: storeSettings.REDIS_PREFIX,
  STORES_WAIT: storeSettings.STORES_WAIT,
  PORT: port(4000),
  /** Processes that serve the port together. */
  INSTANCES: instances(),
  /** Of its own for `/metrics`: the other one is open to the world. */
  METRICS_PORT: port(9464),
  SUPERGRAPH_FILE: z.string().default(SHOP_SUPERGRAPH),
  /** How often the file is read; a valid change takes effect while the router runs. */
  SUPERGRAPH_REFRESH: duration('1s'),

  /**
   * `/graphql` of a subgraph of the shop, in place of what the supergraph says: one URL or several, whose host names may have several
   * addresses. Those of any other subgraph, by its name, are in `subgraph/subgraph-settings.ts`.
   */
  USER_URL: optionalHttpUrls(),
  PRODUCT_URL: optionalHttpUrls(),
  ORDER_URL: optionalHttpUrls(),
  ...discoverySettings,
  /** How long the subgraphs together may take for one request; a client may say less, by `x-request-timeout`. */
  SUBGRAPH_TIMEOUT: duration('10s'),
  /** How long what is read after an answered mutation may delay its answer. */
  FOLLOW_UP_TIMEOUT: duration('2s'),
  /** How long one of them may take for one answer, where that is less. */
  USER_TIMEOUT: optionalDuration(),
  PRODUCT_TIMEOUT: optionalDuration(),
  ORDER_TIMEOUT: optionalDuration(),
  /** Requests in progress at a time to each instance of a subgraph, and requests in its queue; more are shed at once. */
  SUBGRAPH_CONCURRENCY: count(1_024),
  SUBGRAPH_QUEUE: count(15_000, 0),
  /** Memory for answers to anonymous callers that a subgraph lets be given again, in MiB for each subgraph; 0: none. */
  RESPONSE_CACHE_MIB: count(16, 0),

  /** `off`: no token is any good, and a supergraph with access rules does not start. */
  ...tokenSettings(['off'], 'http://127.0.0.1:4001/.well-known/jwks.json'),

  /** Whether this router is ready only while it is informed of revoked sessions; by default where the schema has `signOut`. */
  REVOKED_SESSIONS: optionalOnOff(),
  PLAYGROUND: onOff(production ? 'off' : 'on'),
  /** A page that shows how to write a client, at `/sale/<product id>`. */
  SALE_PAGE: onOff(production ? 'off' : 'on'),
  INTROSPECTION: onOff(production ? 'off' : 'on'),
  /** Whether an error may say "Did you mean …", which discloses names of the schema. */
  SUGGESTIONS: onOff(production ? 'off' : 'on'),
  /** Pages of other origins that may call from a browser: origins separated by commas, `local`, `none` or `*`. */
  CORS_ORIGINS: origins(production ? 'none' : 'local'),

  /** How many proxies of ours stand in front: the client address that they write is trusted. */
  TRUSTED_PROXIES: count(0, 0),
  /** Where they write it. One alone: a proxy passes the other header on as the client sent it. */
  TRUSTED_PROXIES_HEADER: z
    .enum(FORWARDED_HEADERS, `expected ${FORWARDED_HEADERS.join(' or ')}`)
    .default('x-forwarded-for'),
  MAX_BODY_BYTES: count(100_000),
  OPERATION_MAX_TOKENS: count(1_000),
  OPERATION_MAX_DEPTH: count(12),
  /** How often a field may be found inside itself, as the orders of the buyer of an order. */
  OPERATION_MAX_RECURSION: count(2, 0),
  OPERATION_MAX_ALIASES: count(15, 0),
  OPERATION_MAX_DIRECTIVES: count(50, 0),
  OPERATION_MAX_FIELDS: count(1_000),
  /** Mutations of which an operation may select one only, in all, because each takes a place in a queue. */
  SINGLE_MUTATIONS: names('purchase, checkoutWishlist'),
  OPERATION_MAX_COST: count(10_000),
  /** Requests in progress; more are shed at once. */
  MAX_CONCURRENT_REQUESTS: count(20_000),
  /** Open connections, in all and of one network of clients; by default three quarters of all. Open files bound them, too. */
  MAX_CONNECTIONS: count(40_000),
  MAX_CONNECTIONS_PER_NETWORK: optionalCount(),
  /** Streams of live stock, in all and from one address, by default three quarters of all. When all are taken, a network with few evicts a stream of the network with the most. */
  MAX_LIVE_CLIENTS: count(10_000),
  MAX_LIVE_CLIENTS_PER_ADDRESS: optionalCount(),
  /** Memory for documents that have been worked out, in MiB. */
  OPERATION_CACHE_MIB: count(32),
  /** Whether a response has its estimated cost, when the request has `x-explain-cost`. */
  EXPLAIN_COST: onOff(production ? 'off' : 'on'),

  /** How soon a whole request must have arrived. */
  RECEIVE_TIMEOUT: duration('30s'),
  /** How long a client may read nothing of a response before its connection is closed. */
  SEND_TIMEOUT: duration('5s'),
  RATE_LIMITS: onOff('on'),
  RATE_LIMIT_PER_USER: rate('50/s burst 100'),
  /** A stadium may sit behind one address when a sale opens: this only keeps one address from taking everything. */
  RATE_LIMIT_PER_ADDRESS: rate('2000/s burst 10000'),
  RATE_LIMIT_PER_FIELD: fieldRates(PRESET_FIELD_RATES.join(', ')),
  /** Documents that a router does not know yet, from one address: each has to be worked out and planned. Large ones count more. */
  RATE_LIMIT_NEW_OPERATIONS: rate('5/s burst 60'),
  /**
   * Units of cost (`@cost`, `@listSize`), each some 0.02 ms of CPU time of all processes: of one user, of all users of an address, and of
   * all anonymous clients of an address.
   */
  RATE_LIMIT_COST_PER_USER: rate('2000/s burst 20000'),
  RATE_LIMIT_COST_USERS_PER_ADDRESS: rate('200000/s burst 3000000'),
  RATE_LIMIT_COST_PER_ADDRESS: rate('20000/s burst 300000'),

  /** `only`: operations that are not in the manifest are refused. `log`: they are logged. */
  PERSISTED_OPERATIONS: z.enum(['off', 'log', 'only'], 'expected off, log or only').default('off'),
  /** One file or several, separated by commas; read as often as `PERSISTED_OPERATIONS_REFRESH` says; a valid change takes effect while the router runs. */
  PERSISTED_OPERATIONS_FILE: z.string().default('schema/persisted-operations.json'),
  PERSISTED_OPERATIONS_REFRESH: duration('1s'),
  /** Whether clients may name by its hash what they have sent before. Never with `PERSISTED_OPERATIONS=only`. */
  AUTOMATIC_PERSISTED_QUERIES: onOff('on'),
  /** How long such a document is kept, how large it may be, and how many new ones there may be in that time. */
  AUTOMATIC_PERSISTED_QUERIES_TTL: duration('1d'),
  AUTOMATIC_PERSISTED_QUERIES_MAX_BYTES: count(8_192),
  AUTOMATIC_PERSISTED_QUERIES_MAX: count(2_000),
  /** How many of them one address may bring to one router. */
  AUTOMATIC_PERSISTED_QUERIES_MAX_PER_ADDRESS: count(100),
});

/** @throws {ConfigurationError} one sentence for each setting that is missing or wrong */
export function readRouterConfig(environment: NodeJS.ProcessEnv = process.env) {
  const config = readEnvironment(settings(isProduction(environment)), environment);
  // Those of another supergraph are read when its subgraphs are known.
  if (config.SUPERGRAPH_FILE === SHOP_SUPERGRAPH)
    for (const name of SHOP_SECRETS) readSecret(name, config.DATA_DIR, environment);
  const readSubgraph: ReadSubgraphSettings = (subgraph) =>
    readSubgraphSettings(subgraph, config.DATA_DIR, environment);
  const read = {
    ...config,
    /** The settings of each subgraph that a supergraph declares. */
    readSubgraph,
    standIns: chooseStandIns('router', environment),
  };
  assertSpelling(environment);
  return read;
}

export type RouterConfig = ReturnType<typeof readRouterConfig>;
