import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll } from 'vitest';
import { duration } from '../../../platform/config/settings.ts';
import { createLogger } from '../../../platform/logger.ts';
import { connectionOptions, databaseName } from '../../../platform/mysql/connection-options.ts';
import type { RunningProcess } from '../../../platform/lifecycle/run-process.ts';
import { StoreCondition } from '../../../platform/store-condition.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { Caller } from '../../../platform/identity/identity.ts';
import { NO_SPAN } from '../../../platform/observability/span.ts';
import { WriterConnection } from '../batch/writer-connection.ts';
import { readOrderConfig, type OrderConfig } from '../config.ts';
import { contextMaker, type OrderContext } from '../context.ts';
import { closeOrderStores, openOrderStores } from '../stores.ts';
import type { PaymentProvider } from '../payment/payment-provider.ts';
import { createOrderServices, type OrderServices } from '../services.ts';
import { startOrderSubgraph } from '../start.ts';
import { ScriptCalls } from './script-calls.ts';
import { readProductConfig } from '../../product/config.ts';
import { startProductSubgraph } from '../../product/start.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { withAccountOf, type TestStores } from '../../../tests/harness/stores.ts';
import {
  administrator,
  executeAtSubgraph,
  buyer,
  ENCRYPTION_KEYS,
  IDENTITY_SECRETS,
  type GraphQLReply,
} from '../../../tests/harness/subgraph-call.ts';
import { mutationOf } from '../../../tests/harness/mutation.ts';

export interface SaleOptions {
  readonly units?: number;
  readonly purchaseLimit?: number;
  readonly opensAt?: Date;
  readonly closesAt?: Date;
  readonly price?: number;
  readonly currency?: string;
}

export interface BuyOptions {
  readonly userId?: string;
  readonly key?: string;
  readonly quantity?: number;
  readonly at?: number;
  readonly timeoutMs?: number | null;
}

interface ExecuteOptions extends Pick<BuyOptions, 'at' | 'timeoutMs'> {
  readonly caller?: Caller | null;
}

/** Answers after which a good client sends the same key again. */
const NOT_FINAL = new Set(['Busy', 'OutcomeUnknown']);

const PURCHASE = `mutation ($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed { replayed order { id status } }
    ... on SaleNotOpen { opensAt serverTime }
    ... on SaleClosed { closedAt }
    ... on PurchaseLimitExceeded { limit alreadyHeld }
    ... on InvalidInput { problems { path message } }
  }
}`;

export interface PurchaseAnswer {
  readonly __typename: string;
  readonly replayed?: boolean;
  readonly order?: { readonly id: string; readonly status: string };
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
  readonly alreadyHeld?: number;
  readonly closedAt?: string | null;
}

/** Order subgraphs and a product subgraph on real stores, in this process: for the protocol, without the router. */
export class OrderTestBed {
  readonly #stores: TestStores;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #eachOrder: readonly NodeJS.ProcessEnv[];
  readonly #running: RunningProcess[] = [];
  readonly #closing: (() => Promise<void>)[] = [];
  config!: OrderConfig;
  product!: RunningProcess;
  orders: RunningProcess[] = [];
  pool!: Pool;
  /** For parts of an order subgraph that a test puts together itself. */
  writer!: WriterConnection;
  redis!: Redis;

  /**
   * @param environment a RESERVATION_TIMEOUT may be shorter than is accepted of a process, so that a test sees the reaper soon
   * @param eachOrder what is particular to each order subgraph
   */
  constructor(stores: TestStores, environment: NodeJS.ProcessEnv, eachOrder: readonly NodeJS.ProcessEnv[]) {
    this.#stores = stores;
    this.#environment = environment;
    this.#eachOrder = eachOrder;
  }

  async start(): Promise<void> {
    const environment = {
      NODE_ENV: 'test',
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
      REDIS_PREFIX: this.#stores.redisPrefix,
      ...IDENTITY_SECRETS,
      ENCRYPTION_KEYS,
      PRODUCT_PORT: '0',
      ORDER_PORT: '0',
      ...this.#environment,
    };
    const logger = createLogger('test', environment.LOG_LEVEL);
    const { mysqlUrl, redisUrl, accounts } = this.#stores;
    const urlsOf = (name: 'product' | 'order') => ({
      MYSQL_URL: withAccountOf(accounts?.mysql?.[name], mysqlUrl),
      REDIS_URL: withAccountOf(accounts?.redis?.[name], redisUrl),
    });
    const productConfig = readProductConfig({ ...urlsOf('product'), ...environment });
    this.product = await startProductSubgraph(productConfig, logger);
    this.#running.push(this.product);
    for (const own of this.#eachOrder) {
      const given: NodeJS.ProcessEnv = { ...environment, ...own };
      const { RESERVATION_TIMEOUT: reservation, ...settings } = given;
      const config = {
        ...readOrderConfig({
          ...urlsOf('order'),
          PRODUCT_URL: `${this.product.url}/graphql`,
          RESERVATION_TIMEOUT: '60s',
          ...settings,
        }),
        RESERVATION_TIMEOUT: duration('10s').parse(reservation),
      };
      this.orders.push(await startOrderSubgraph(config, logger));
      this.config = config;
    }
    this.#running.unshift(...this.orders);
    const { timezone: _, ...options } = connectionOptions(mysqlUrl, databaseName(mysqlUrl, 'order'));
    this.pool = createPool(options);
    this.writer = new WriterConnection(mysqlUrl, new StoreCondition('MySQL', logger));
    this.redis = new Redis(this.#stores.redisUrl.split(',')[0]!);
    this.redis.on('error', () => undefined);
  }

  async stop(): Promise<void> {
    for (const close of this.#closing) await close();
    for (const one of this.#running) await one.close();
    await this.writer.close();
    await this.pool.end();
    this.redis.disconnect();
  }

  /** A product that is on sale now, unless said otherwise. @returns its id */
  async sell({
    units = 10,
    purchaseLimit,
    opensAt,
    closesAt,
    price = 1_000,
    currency = 'KRW',
  }: SaleOptions = {}): Promise<string> {
    const reply = await this.#atProduct(
      mutationOf('createProduct', '... on ProductSaved { product { id } } ... on InvalidInput { message }'),
      {
        name: 'Lucky box',
        type: 'FLASH_SALE',
        price: { amount: price, currency },
        opensAt: (opensAt ?? new Date(Date.now() - 60_000)).toISOString(),
        closesAt: (closesAt ?? new Date(Date.now() + 3_600_000)).toISOString(),
        ...(purchaseLimit ? { purchaseLimit } : {}),
      },
    );
    const saved = reply.data?.['createProduct'] as { product?: { id: string } };
    if (!saved.product) throw new Error(`the product was not created: ${JSON.stringify(reply)}`);
    if (units > 0) await this.restock(saved.product.id, units);
    return saved.product.id;
  }

  async reprice(productId: string, amount: number): Promise<void> {
    await this.changeTerms(productId, { price: { amount } });
  }

  /** @param change what `updateProduct` takes, beside the id */
  async changeTerms(productId: string, change: object): Promise<void> {
    await this.#atProduct(mutationOf('updateProduct'), { id: productId, ...change });
  }

  async withdraw(productId: string): Promise<void> {
    await this.#atProduct(mutationOf('withdrawProduct'), { id: productId });
  }

  async restock(productId: string, change: number, more: object = {}): Promise<Record<string, unknown>> {
    const reply = await this.execute(
      `mutation ($input: RestockInput!) { restock(input: $input) {
        __typename
        ... on Restocked { stock { total sold reserved remaining soldOut } }
        ... on StaleStock { stock { total } }
        ... on StockInUse { stock { total } }
        ... on InvalidInput { problems { path message } }
      } }`,
      { input: { productId, change, idempotencyKey: newKey(), ...more } },
      { caller: administrator },
    );
    if (!reply.data?.['restock']) throw new Error(`no answer to restock: ${JSON.stringify(reply)}`);
    return reply.data['restock'] as Record<string, unknown>;
  }

  #atProduct(mutation: string, input: object): Promise<GraphQLReply> {
    return executeAtSubgraph('product', this.product.url, mutation, { input }, administrator);
  }

  /** @param at which of the order subgraphs executes it */
  execute(
    query: string,
    variables: object,
    { caller = null, at = 0, timeoutMs = null }: ExecuteOptions = {},
  ): Promise<GraphQLReply> {
    return executeAtSubgraph('order', this.orders[at]!.url, query, variables, caller, timeoutMs);
  }

  /** What an order subgraph is made of, without the subgraph: no job runs but those that the test runs. */
  async services({
    environment = {},
    provider,
  }: { readonly environment?: Partial<OrderConfig>; readonly provider?: PaymentProvider } = {}): Promise<{
    services: OrderServices;
    as: (userId: string) => OrderContext;
    /** Calls of Lua scripts by these services. */
    scriptCalls: ScriptCalls;
  }> {
    const config = { ...this.config, ...environment };
    const logger = createLogger('test', config.LOG_LEVEL);
    const stores = await openOrderStores(config, logger);
    const scriptCalls = new ScriptCalls(stores.redis);
    const services = createOrderServices(config, stores, logger, provider);
    this.#closing.push(async () => {
      await services.connections.close();
      await closeOrderStores(stores);
    });
    const as = (userId: string) => {
      const caller = buyer(userId);
      const identity = { caller, requestId: randomUUID(), remainingMs: null };
      return contextMaker(services)({ caller, isSigned: true, identity, logger, span: NO_SPAN });
    };
    return { services, as, scriptCalls };
  }

  /** @param at which of the order subgraphs sells */
  async buy(
    productId: string,
    { userId = randomUUID(), key = newKey(), quantity = 1, at = 0, timeoutMs = null }: BuyOptions = {},
  ): Promise<PurchaseAnswer> {
    const input = { productId, quantity, idempotencyKey: key };
    const reply = await this.execute(PURCHASE, { input }, { caller: buyer(userId), at, timeoutMs });
    if (!reply.data?.['purchase']) throw new Error(`no answer to the purchase: ${JSON.stringify(reply)}`);
    return reply.data['purchase'] as unknown as PurchaseAnswer;
  }

  /** As a good client: the same key again while the answer is `Busy` or `OutcomeUnknown`, neither of which is final. */
  async buyWithRetries(productId: string, options: BuyOptions = {}): Promise<PurchaseAnswer> {
    const { userId = randomUUID(), key = newKey() } = options;
    return waitUntil(
      'a final answer',
      () => this.buy(productId, { ...options, userId, key }),
      ({ __typename }) => !NOT_FINAL.has(__typename),
    );
  }

  async stock(
    productId: string,
  ): Promise<{ total: number; sold: number; reserved: number; remaining: number; soldOut: boolean }> {
    const reply = await this.execute(
      'query ($id: ID!) { stock(productId: $id) { total sold reserved remaining soldOut } }',
      { id: productId },
    );
    return reply.data?.['stock'] as never;
  }

  /** What MySQL has, which is what counts. */
  async ledger(productId: string): Promise<{
    total: number;
    sold: number;
    epoch: number;
    orders: number;
    units: number;
    tombstones: number;
  }> {
    const id = uuidToBytes(productId);
    const [[stock]] = await this.pool.query<RowDataPacket[]>(
      'SELECT total, sold, epoch FROM stock WHERE product_id = ?',
      [id],
    );
    const [[items]] = await this.pool.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS orders, COALESCE(SUM(quantity), 0) AS units FROM order_item WHERE product_id = ?',
      [id],
    );
    const [[graves]] = await this.pool.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS n FROM orders WHERE status = 'ABANDONED'",
    );
    return {
      total: Number(stock?.['total']),
      sold: Number(stock?.['sold']),
      epoch: Number(stock?.['epoch']),
      orders: Number(items?.['orders']),
      units: Number(items?.['units']),
      tombstones: Number(graves?.['n']),
    };
  }

  /** Whether a statement that begins like this is being executed, or waits for a lock. */
  async isExecuting(beginning: string): Promise<boolean> {
    const [rows] = await this.pool.query<RowDataPacket[]>(
      'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE ?',
      [`${beginning}%`],
    );
    return rows.length > 0;
  }

  /** The name of a stock key in Redis. */
  key(productId: string, name: string): string {
    return `${this.#stores.redisPrefix}stock:{${productId}}:${name}`;
  }
}

/**
 * Call at the top of a test file or a `describe`.
 *
 * @param orders how many order subgraphs, or what is particular to each of them
 */
export function useOrderTestBed(
  stores: TestStores,
  {
    orders = 1,
    environment = {},
  }: {
    readonly orders?: number | readonly NodeJS.ProcessEnv[];
    readonly environment?: NodeJS.ProcessEnv;
  } = {},
): OrderTestBed {
  const eachOrder = typeof orders === 'number' ? Array.from({ length: orders }, () => ({})) : orders;
  const bed = new OrderTestBed(stores, environment, eachOrder);
  beforeAll(() => bed.start());
  afterAll(() => bed.stop());
  return bed;
}
