import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../../scripts/stores/free-port.ts';
import type { RunningServer } from '../../scripts/stores/server-process.ts';
import { startRedis } from '../../scripts/stores/start-redis.ts';
import type { CertificateAuthority, CertificateFiles } from './certificates.ts';
import type { TestStores } from './stores.ts';
import { startTestMysql } from './start-test-mysql.ts';

/** A user of MySQL who need not show one. */
export const WITHOUT_CERTIFICATE = 'without_certificate';

/** A MySQL and a Redis as managed services offer them: TLS only, and each client shows a certificate. */
export class TlsStores implements TestStores {
  readonly redisPrefix = 'tls:';
  readonly #authority: CertificateAuthority;
  readonly #server: CertificateFiles;
  readonly client: CertificateFiles;
  #folder = '';
  #mysql!: RunningServer;
  #redis!: RunningServer;
  #redisTlsPort = 0;

  constructor(authority: CertificateAuthority) {
    this.#authority = authority;
    this.#server = authority.issue('server', ['localhost']);
    this.client = authority.issue('client');
  }

  get mysqlUrl(): string {
    return this.mysqlWith({
      'ssl-ca': this.#authority.ca,
      'ssl-cert': this.client.cert,
      'ssl-key': this.client.key,
    });
  }

  get redisUrl(): string {
    return this.redisWith({ ca: this.#authority.ca, cert: this.client.cert, key: this.client.key });
  }

  /** @param host `localhost`, which the certificate is issued to, or another one that leads there */
  mysqlWith(options: Readonly<Record<string, string>>, host = 'localhost'): string {
    const url = new URL(this.#mysql.url);
    return Object.assign(url, { hostname: host, pathname: '/tls', search: `${new URLSearchParams(options)}` })
      .href;
  }

  redisWith(options: Readonly<Record<string, string>>, host = 'localhost'): string {
    const { password } = new URL(this.#redis.url);
    return `rediss://:${password}@${host}:${this.#redisTlsPort}?${new URLSearchParams(options)}`;
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'firstcome-tls-'));
    [this.#mysql, this.#redis] = await Promise.all([this.#startMysql(), this.#startRedis()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#mysql?.stop(), this.#redis?.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #startMysql(): Promise<RunningServer> {
    const { cert, key } = this.#server;
    const server = await startTestMysql({
      dataDir: join(this.#folder, 'mysql'),
      extraArgs: [`--ssl-ca=${this.#authority.ca}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`],
    });
    // After the start, which connects without TLS.
    const connection = await createConnection(server.url);
    await connection.query('ALTER USER CURRENT_USER() REQUIRE X509');
    await connection.query(`CREATE USER IF NOT EXISTS '${WITHOUT_CERTIFICATE}'@'127.0.0.1'`);
    await connection.query('SET GLOBAL require_secure_transport = ON');
    connection.destroy();
    return server;
  }

  async #startRedis(): Promise<RunningServer> {
    const { cert, key } = this.#server;
    this.#redisTlsPort = await freePort();
    const server = await startRedis({
      dataDir: join(this.#folder, 'redis'),
      extraArgs: [
        ...['--tls-port', String(this.#redisTlsPort), '--tls-ca-cert-file', this.#authority.ca],
        ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'yes'],
      ],
    });
    const plain = new Redis(server.url);
    await plain.config('SET', 'port', 0);
    plain.disconnect();
    return server;
  }
}

export function useTlsStores(authority: CertificateAuthority): TlsStores {
  const stores = new TlsStores(authority);
  beforeAll(() => stores.start());
  afterAll(() => stores.stop());
  return stores;
}
