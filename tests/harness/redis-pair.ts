import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openStoreFolder } from '../../scripts/stores/store-folder.ts';
import { startRedis, type RunningRedis } from '../../scripts/stores/start-redis.ts';
import { REDIS_PREFIX_PATTERN, type TestStores } from './stores.ts';
import { useOtherRedis } from './other-redis.ts';
import { TcpProxy, type FaultyLine } from './tcp-proxy.ts';
import { waitUntil } from './wait-until.ts';

type NamedRedis = RunningRedis & { readonly name: string };

interface StartOptions {
  readonly older?: boolean;
  readonly perKeyUs?: number;
}
const openTcpProxy = (target: { host: string; port: number }): FaultyLine => new TcpProxy(target);

/** A primary and a replica of it with the same accounts, behind one name that leads to the primary. */
export class RedisPair {
  readonly #openProxy: typeof openTcpProxy;
  #folder = '';
  #proxy!: FaultyLine;
  #port = 0;
  primary!: NamedRedis;
  replica!: NamedRedis;

  /** @param openProxy makes the proxy that the name leads to; in this process, when left out */
  constructor(openProxy = openTcpProxy) {
    this.#openProxy = openProxy;
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'firstcome-redis-pair-'));
    this.primary = await this.#startServer('first');
    this.replica = await this.#startServer('second');
    await this.#replicate();
    this.#proxy = this.#openProxy({ host: '127.0.0.1', port: this.primary.port });
    this.#port = await this.#proxy.start();
  }

  /** By the name. */
  get url(): string {
    return this.#byName(this.primary.url);
  }

  get urls(): RunningRedis['urls'] {
    const entries = Object.entries(this.primary.urls).map(([name, url]) => [name, this.#byName(url)]);
    return Object.fromEntries(entries) as RunningRedis['urls'];
  }

  /** The two servers change places, and the name leads to the new primary. Nothing closes a connection. */
  async failOver(): Promise<void> {
    [this.primary, this.replica] = [this.replica, this.primary];
    await this.#send(this.primary, 'REPLICAOF', 'NO', 'ONE');
    await this.#send(this.replica, 'REPLICAOF', '127.0.0.1', String(this.primary.port));
    this.#proxy.leadTo({ host: '127.0.0.1', port: this.primary.port });
  }

  /** Between clients and the primary. */
  get proxy(): FaultyLine {
    return this.#proxy;
  }

  /** Of the primary. */
  get dataDir(): string {
    return join(this.#folder, this.primary.name);
  }

  /** As when the primary's machine loses power; it keeps nothing but what SAVE has written. */
  async kill(): Promise<void> {
    this.primary.signal('SIGKILL');
    await this.primary.exited;
  }

  /**
   * After `kill`, on the same port. Resolves when it answers, which it does when it has loaded its data.
   *
   * @param older whether it comes back with what SAVE has written; else with nothing
   * @param perKeyUs how long it takes to load a key, in microseconds
   */
  async startAgain({ older = false, perKeyUs }: StartOptions = {}): Promise<void> {
    const dump = join(this.dataDir, 'dump.rdb');
    if (!older) await rm(dump, { force: true });
    const slowly = perKeyUs
      ? ['--key-load-delay', String(perKeyUs), '--loading-process-events-interval-bytes', '1024']
      : [];
    this.primary = await this.#startServer(this.primary.name, this.primary.port, slowly);
    await rm(dump, { force: true });
  }

  /** To the server that has the data now, by the account that may do everything. */
  command(...command: [string, ...string[]]): Promise<unknown> {
    return this.#send(this.primary, ...command);
  }

  async stop(): Promise<void> {
    await this.#proxy?.stop();
    await Promise.all([this.replica?.stop(), this.primary?.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  #byName(url: string): string {
    return Object.assign(new URL(url), { port: String(this.#port) }).href;
  }

  async #startServer(name: string, port?: number, more: readonly string[] = []): Promise<NamedRedis> {
    const dataDir = join(this.#folder, name);
    const { password } = openStoreFolder(join(this.#folder, 'first'));
    openStoreFolder(dataDir).writePrivate('password', password);
    const extraArgs = ['--masterauth', password, '--repl-diskless-sync-delay', '0', ...more];
    const server = await startRedis({ dataDir, port, prefix: REDIS_PREFIX_PATTERN, extraArgs });
    return { ...server, name };
  }

  async #replicate(): Promise<void> {
    await this.#send(this.replica, 'REPLICAOF', '127.0.0.1', String(this.primary.port));
    await waitUntil('the replica to be in step', async () =>
      String(await this.#send(this.replica, 'INFO', 'replication')).includes('master_link_status:up'),
    );
  }

  async #send(server: RunningRedis, name: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(server.url);
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }
}

/** Call before anything that uses the stores. @returns the stores with the name of this pair in place of the shared Redis */
export const useRedisPair = (stores: TestStores) => useOtherRedis(stores, new RedisPair());
