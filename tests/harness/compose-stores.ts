import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { parse } from 'yaml';
import { STORE_PASSWORDS } from '../../scripts/stores/accounts/compose-configs.ts';
import { MYSQL_SERVICES, mysqlAccount } from '../../scripts/stores/accounts/mysql-accounts.ts';
import { REDIS_SERVICES } from '../../scripts/stores/accounts/redis-users.ts';
import { onPort } from '../../scripts/stores/free-port.ts';
import { ensureServer } from '../../scripts/stores/install-servers.ts';
import { spawnServer, untilReady, type RunningServer } from '../../scripts/stores/server-process.ts';
import type { RunningMysql } from '../../scripts/stores/start-mysql.ts';
import type { RunningRedis } from '../../scripts/stores/start-redis.ts';
import { openStoreFolder } from '../../scripts/stores/store-folder.ts';
import type { TestStores } from './stores.ts';
import { startTestMysql } from './start-test-mysql.ts';

interface Compose {
  readonly configs: Record<'mysql-accounts' | 'redis', { readonly content: string }>;
}

/** Servers of one test file with exactly the accounts of docker-compose.yml: databases `firstcome_*`, keys `firstcome:*`. */
export class ComposeStores implements TestStores {
  readonly redisPrefix = 'firstcome:';
  readonly #passwords = Object.fromEntries(
    STORE_PASSWORDS.map((name) => [name, randomBytes(24).toString('base64url')]),
  );
  #folder = '';
  #mysql!: RunningMysql;
  #redis!: Pick<RunningServer, 'stop' | 'port'>;

  get mysqlUrl(): string {
    return `${this.#mysql.url}/firstcome`;
  }

  /** Without an account. */
  get redisUrl(): string {
    return `redis://127.0.0.1:${this.#redis.port}`;
  }

  get accounts() {
    const password = (service: string, store: string) =>
      this.#passwords[`${service.toUpperCase()}_${store}_PASSWORD`];
    const mysql = MYSQL_SERVICES.map((service) => [
      service,
      `mysql://${mysqlAccount(service)}:${password(service, 'MYSQL')}@127.0.0.1:${this.#mysql.port}`,
    ]);
    const redis = REDIS_SERVICES.map((service) => [
      service,
      `redis://${service}:${password(service, 'REDIS')}@127.0.0.1:${this.#redis.port}`,
    ]);
    return {
      mysql: Object.fromEntries(mysql) as RunningMysql['urls'],
      redis: Object.fromEntries(redis) as RunningRedis['urls'],
    };
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'firstcome-compose-'));
    const file = new URL('../../docker-compose.yml', import.meta.url);
    const { configs } = parse(readFileSync(file, 'utf8'), { merge: true }) as Compose;
    this.#mysql = await startTestMysql({
      dataDir: join(this.#folder, 'mysql'),
      accounts: this.#withValues(configs['mysql-accounts'].content),
    });
    const settings = this.#withValues(configs.redis.content);
    this.#redis = await onPort(undefined, (port) => this.#startRedis(settings, port));
  }

  async stop(): Promise<void> {
    await Promise.all([this.#mysql?.stop(), this.#redis?.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #startRedis(settings: string, port: number): Promise<Pick<RunningServer, 'stop' | 'port'>> {
    const folder = openStoreFolder(join(this.#folder, 'redis'));
    const { path } = await ensureServer('redis');
    const config = folder.writePrivate('redis.conf', `bind 127.0.0.1\nport ${port}\n${settings}`);
    const log = folder.file('server.log');
    const server = await spawnServer(path, [config], log);
    const ping = async () => {
      const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => null, enableReadyCheck: false });
      redis.on('error', () => undefined);
      const answer = await redis.ping().catch((error: Error) => error.message);
      redis.disconnect();
      // As the health check of docker-compose.yml.
      if (!answer.startsWith('NOAUTH')) throw new Error(answer);
    };
    await untilReady('Redis', server, ping, log);
    return { stop: server.stop, port };
  }

  /** As docker compose does it: `${NAME}`, or `${NAME:-what holds without it}`. */
  #withValues(text: string): string {
    return text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, otherwise?: string) => {
      const value = this.#passwords[name] ?? otherwise;
      if (value === undefined) throw new Error(`docker-compose.yml names ${name}, which has no value`);
      return value;
    });
  }
}

/** Call at the top of a test file. */
export function useComposeStores(): ComposeStores {
  const stores = new ComposeStores();
  beforeAll(() => stores.start(), 90_000);
  afterAll(() => stores.stop());
  return stores;
}
