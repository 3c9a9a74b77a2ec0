import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { createPool, type Pool } from 'mysql2/promise';
import type { Teardown } from '../../scripts/start/teardown.ts';
import type { Caller } from '../../platform/identity/identity.ts';
import { FakePaymentProvider, PROVIDER_KEY } from '../../subgraphs/order/testing/fake-payment-provider.ts';
import { MysqlPair } from '../harness/mysql-pair.ts';
import { OrderLedger } from '../../subgraphs/order/testing/order-ledger.ts';
import { ProxyProcess } from '../harness/proxy-process.ts';
import { RedisPair } from '../harness/redis-pair.ts';
import type { Service } from '../harness/service.ts';
import { Stack } from '../harness/stack.ts';
import type { FaultyLine } from '../harness/tcp-proxy.ts';

/** Failed sign-ins are counted per network, and all clients of a run share one. Orders are delivered and returned within seconds. */
const ENVIRONMENT = {
  RESERVATION_TIMEOUT: '5s',
  PAYMENT_PROVIDER: 'http',
  PAYMENT_PROVIDER_KEY: PROVIDER_KEY,
  PAYMENT_TIMEOUT: '5m',
  SHIP_AFTER: '1s',
  DELIVER_AFTER: '1s',
  RETURN_AFTER: '1s',
  ATTEMPT_LIMITS:
    'request-verification 1000/1000/1000, sign-up 1000/off/1000, sign-in 10000/10000/10000, change-password 1000/1000/off, open-session off/10000/off',
};
const TOKEN_LIFETIME_MS = 600_000;

/**
 * The whole system as real processes, two of the order service and two routers, on stores of its own: a MySQL and a Redis,
 * each behind a proxy and with a replica; and a payment provider. The proxies are separate processes, so that load in this process delays no store.
 */
export class ChaosSystem {
  readonly mysql = new MysqlPair();
  readonly redis = new RedisPair((target) => new ProxyProcess(target));
  mysqlProxy!: FaultyLine;
  provider!: FakePaymentProvider;
  stack!: Stack;
  readonly #tokens = new Map<string, { readonly token: string; readonly mintedAt: number }>();
  readonly redisPrefix = `t${randomBytes(5).toString('hex')}:`;

  /** @param ending gets what has to be stopped, as it is started */
  static async start(ending: Teardown): Promise<ChaosSystem> {
    const system = new ChaosSystem();
    await ending.add(() => system.#stop());
    await Promise.all([system.mysql.start(), system.redis.start()]);
    system.provider = await FakePaymentProvider.start();
    system.mysqlProxy = new ProxyProcess({ host: '127.0.0.1', port: system.mysql.primary.port });
    await system.#startProcesses(await system.mysqlProxy.start());
    return system;
  }

  get services(): readonly Service[] {
    const { user, product, order, routers } = this.stack;
    return [...user, ...product, ...order, ...routers];
  }

  /** @returns an access token that is valid for minutes, for this user or, where the caller has rights, for an administrator */
  tokenOf({ userId, scopes }: Pick<Caller, 'userId' | 'scopes'>): string {
    const { mint } = this.stack;
    const known = this.#tokens.get(userId);
    if (known && performance.now() - known.mintedAt < TOKEN_LIFETIME_MS) return known.token;
    const token = scopes.size > 0 ? mint.administrator() : mint.buyer(userId);
    this.#tokens.set(userId, { token, mintedAt: performance.now() });
    return token;
  }

  /** In place of a process that has ended, at the same address. @param environment settings beside those of the system */
  async restartService(ended: Service, environment: NodeJS.ProcessEnv = {}): Promise<Service> {
    const { name, url } = ended;
    const portSetting = name === 'router' ? 'PORT' : `${name.toUpperCase()}_PORT`;
    const again = await this.stack.startService(name, {
      [portSetting]: new URL(url).port,
      ...environment,
    });
    const all = name === 'router' ? this.stack.routers : this.stack[name];
    all[all.indexOf(ended)] = again;
    return again;
  }

  /** Ends a process as an operator does, and starts it again. @param environment as of `restartService` */
  async replaceService(running: Service, environment: NodeJS.ProcessEnv = {}): Promise<Service> {
    await running.stop();
    return this.restartService(running, environment);
  }

  /** As an administrator, around the proxy. @param work is given what the stores have */
  async withLedger<Result>(work: (ledger: OrderLedger, pool: Pool) => Promise<Result>): Promise<Result> {
    const { primary } = this.mysql;
    const uri = Object.assign(new URL(primary.url), { pathname: '/firstcome_order' }).href;
    const pool = createPool({ uri, connectionLimit: 2 });
    try {
      return await this.withRedis((redis) => {
        const key = (productId: string, name: string) => this.stockKey(productId, name);
        return work(new OrderLedger({ pool, redis, key }), pool);
      });
    } finally {
      await pool.end();
    }
  }

  /** As an administrator, around the proxy. */
  async withRedis<Result>(work: (redis: Redis) => Promise<Result>): Promise<Result> {
    const redis = new Redis(this.redis.primary.url);
    redis.on('error', () => undefined);
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }

  stockKey(productId: string, name: string): string {
    return `${this.redisPrefix}stock:{${productId}}:${name}`;
  }

  async #startProcesses(mysqlPort: number): Promise<void> {
    const { mysql, redis, redisPrefix } = this;
    const mysqlUrl = Object.assign(new URL(mysql.primary.url), { port: mysqlPort, pathname: '/firstcome' });
    const accounts = { mysql: mysql.primary.urls, redis: redis.urls };
    const stores = { mysqlUrl: mysqlUrl.href, redisUrl: redis.url, redisPrefix, accounts };
    this.stack = new Stack(stores, {
      processes: { user: 1, product: 1, order: 2, router: 2 },
      environment: { ...ENVIRONMENT, PAYMENT_PROVIDER_URL: this.provider.url },
      mayLackRights: true,
    });
    await this.stack.start();
  }

  async #stop(): Promise<void> {
    try {
      await this.stack?.stop();
    } finally {
      await this.mysqlProxy?.stop();
      await this.provider?.stop();
      await Promise.all([this.mysql.stop(), this.redis.stop()]);
    }
  }
}
