import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll } from 'vitest';
import { LeakWatch } from './leaks/leak-watch.ts';
import { IDENTITY_SECRETS } from './subgraph-call.ts';
import { Service, type ServiceName, type ServiceOptions } from './service.ts';
import { withAccountOf, type TestStores } from './stores.ts';
import { TokenMint } from './tokens.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number };
  }[];
}

export interface StackOptions {
  /** How many processes of each service; `E2E_PROCESSES` or one, unless set. */
  readonly processes?: Partial<Record<ServiceName, number>>;
  readonly environment?: NodeJS.ProcessEnv;
  /** Whether a test revokes privileges in the stores, so that a refusal is expected. */
  readonly mayLackRights?: boolean;
}

/** As Redis and MySQL refuse a command and a statement. */
const RIGHT_MISSING =
  /NOPERM|ACL failure in script|The user executing the script can't|command denied to user/;
const USUAL_PROCESSES = Number(process.env['E2E_PROCESSES'] ?? 1);

/** The whole system as it runs: real processes, real stores with the rights of each service, real HTTP. */
export class Stack {
  /** Searches logs, traces, errors, metrics and stores for the values that the test used, when the stack stops. */
  readonly leaks: LeakWatch;
  readonly mint = new TokenMint((token) => this.leaks.values.addToken(token));
  readonly encryptionKeys = `test:${randomBytes(32).toString('base64url')}`;
  readonly #stores: TestStores;
  readonly #options: StackOptions;
  #folder = '';
  readonly #clients = new Agent({ connections: null, headersTimeout: 30_000, bodyTimeout: 30_000 });
  user: Service[] = [];
  product: Service[] = [];
  order: Service[] = [];
  /** Requests go to these round-robin. */
  routers: Service[] = [];
  #turn = 0;

  constructor(stores: TestStores, options: StackOptions) {
    this.#stores = stores;
    this.#options = options;
    this.leaks = new LeakWatch(stores);
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'firstcome-stack-'));
    const count = (name: ServiceName) => this.#options.processes?.[name] ?? USUAL_PROCESSES;
    const many = (name: ServiceName) =>
      Promise.all(Array.from({ length: count(name) }, () => this.startService(name)));

    if (this.#options.environment?.['SUBGRAPH_AUTH'] === 'jwt') {
      // The others must know where its keys are.
      this.user = await many('user');
      this.product = await many('product');
    } else {
      [this.user, this.product] = await Promise.all([many('user'), many('product')]);
    }
    this.order = await many('order');
    this.routers = await many('router');
  }

  /** Another process of a service; a router that was started before does not discover it. */
  async startService(
    name: ServiceName,
    environment: NodeJS.ProcessEnv = {},
    options: ServiceOptions = {},
  ): Promise<Service> {
    const urls = (services: Service[]) => services.map(({ url }) => `${url}/graphql`).join(',');
    const others: NodeJS.ProcessEnv = {};
    if (name === 'order' || name === 'router') {
      others['USER_URL'] = urls(this.user);
      others['PRODUCT_URL'] = urls(this.product);
    }
    if (name === 'router') others['ORDER_URL'] = urls(this.order);
    const { mysqlUrl, redisUrl, redisPrefix, accounts } = this.#stores;
    if (name !== 'router') others['MYSQL_URL'] = withAccountOf(accounts?.mysql?.[name], mysqlUrl);
    if (name !== 'user' && this.user[0]) others['JWKS_URL'] = `${this.user[0].url}/.well-known/jwks.json`;
    const settings: NodeJS.ProcessEnv = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'info',
      DATA_DIR: this.#folder,
      REDIS_URL: withAccountOf(accounts?.redis?.[name], redisUrl),
      REDIS_PREFIX: redisPrefix,
      ...IDENTITY_SECRETS,
      SIGNING_KEYS: this.mint.signingKeys,
      ENCRYPTION_KEYS: this.encryptionKeys,
      PORT: '0',
      USER_PORT: '0',
      PRODUCT_PORT: '0',
      ORDER_PORT: '0',
      ...others,
      ...this.#options.environment,
      ...environment,
    };
    const service = await Service.start(name, settings, options);
    this.leaks.watch(service, settings);
    return service;
  }

  /** @throws when a service was refused something by a store that it has an account in, also if it went on without */
  async stop(): Promise<void> {
    await this.leaks.beforeStop(this.#folder);
    await this.#clients.close();
    await Promise.all(this.routers.map((router) => router.stop()));
    const services = [...this.order, ...this.product, ...this.user];
    await Promise.all(services.map((service) => service.stop()));
    await rm(this.#folder, { recursive: true, force: true });
    for (const { name, log } of this.#options.mayLackRights ? [] : [...services, ...this.routers]) {
      const refusal = log.split('\n').find((line) => RIGHT_MISSING.test(line));
      if (refusal) throw new Error(`${name} lacks a right in a store (scripts/stores/accounts/): ${refusal}`);
    }
    await this.leaks.assertNone();
  }

  /** Where mails go. */
  get mailFolder(): string {
    return join(this.#folder, 'mail');
  }

  /** Through a router. */
  readonly execute = (query: string, variables: object = {}, token?: string): Promise<Reply> =>
    this.executeAt(this.routers[this.#turn++ % this.routers.length]!.url, query, variables, token);

  /** Through the router at this URL, for what buys and sells through a `Stack`. */
  at(url: string): Pick<Stack, 'execute' | 'mint'> {
    return {
      mint: this.mint,
      execute: (query, variables, token) => this.executeAt(url, query, variables, token),
    };
  }

  /** Through another router. @param signal closes the connection, as a client does that goes away */
  async executeAt(
    url: string,
    query: string,
    variables: object = {},
    token?: string,
    signal?: AbortSignal,
  ): Promise<Reply> {
    this.leaks.values.addRequest(query, variables, token);
    const response = await this.#clients.request({
      origin: url,
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
      ...(signal ? { signal } : {}),
    });
    const body = (await response.body.json()) as Omit<Reply, 'status' | 'headers'>;
    this.leaks.noteAnswer(body);
    return { status: response.statusCode, headers: response.headers, ...body };
  }
}

/** Call at the top of a test file or a `describe`. */
export function useStack(stores: TestStores, options: StackOptions = {}): Stack {
  const stack = new Stack(stores, options);
  beforeAll(() => stack.start(), 90_000);
  afterAll(() => stack.stop(), 60_000);
  return stack;
}
