import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onPort } from '../../scripts/stores/free-port.ts';
import { ensureServer } from '../../scripts/stores/install-servers.ts';
import { spawnServer, untilReady, type RunningServer } from '../../scripts/stores/server-process.ts';
import { startRedis } from '../../scripts/stores/start-redis.ts';
import type { TestStores } from './stores.ts';
import { useOtherRedis } from './other-redis.ts';
import { waitUntil } from './wait-until.ts';

const PASSWORD = 'shared-by-both-servers';
const SENTINEL_PASSWORD = 'of-the-sentinel';
const MASTER = 'shop';

/** A Redis with a replica, and a Sentinel that promotes it a second after the loss of the master. */
export class WatchedRedis {
  #folder = '';
  #servers: RunningServer[] = [];
  #sentinel: { readonly port: number; stop(): Promise<void> } | null = null;

  get url(): string {
    const { port } = this.#sentinel!;
    return `redis+sentinel://:${PASSWORD}@127.0.0.1:${port}/${MASTER}?sentinel-password=${SENTINEL_PASSWORD}`;
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'firstcome-sentinel-'));
    for (const name of ['first', 'second']) this.#servers.push(await this.#startServer(name));
    const [first, second] = this.#servers;
    const replica = connectTo(second!.port);
    await replica.replicaof('127.0.0.1', first!.port);
    await waitUntil(
      'the replica to be in step',
      () => replica.info('replication'),
      (info) => info.includes('master_link_status:up'),
    );
    replica.disconnect();
    this.#sentinel = await onPort(undefined, (port) => this.#startSentinel(port));
  }

  /** As when the machine of the master loses power. */
  async killMaster(): Promise<void> {
    this.#servers[0]!.signal('SIGKILL');
    await this.#servers[0]!.exited;
  }

  /** What the Sentinel has done: why a fail-over did not take place is in it. */
  readLog(): Promise<string> {
    return readFile(join(this.#folder, 'sentinel.log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.#sentinel?.stop();
    await Promise.all(this.#servers.map((server) => server.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #startServer(name: string): Promise<RunningServer> {
    const server = await startRedis({ dataDir: join(this.#folder, name) });
    const own = new Redis(server.url);
    await own.config('SET', 'masterauth', PASSWORD);
    await own.config('SET', 'requirepass', PASSWORD);
    own.disconnect();
    return server;
  }

  async #startSentinel(port: number) {
    const { path } = await ensureServer('redis');
    const [config, log] = [join(this.#folder, 'sentinel.conf'), join(this.#folder, 'sentinel.log')];
    await writeFile(
      config,
      `port ${port}
bind 127.0.0.1
dir ${JSON.stringify(this.#folder)}
requirepass ${SENTINEL_PASSWORD}
sentinel monitor ${MASTER} 127.0.0.1 ${this.#servers[0]!.port} 1
sentinel auth-pass ${MASTER} ${PASSWORD}
sentinel down-after-milliseconds ${MASTER} 1000
sentinel failover-timeout ${MASTER} 3000
`,
    );
    const sentinel = await spawnServer(path, [config, '--sentinel'], log);
    await untilReady('Sentinel', sentinel, () => this.#knowsTheReplica(port), log);
    return { port, stop: sentinel.stop };
  }

  async #knowsTheReplica(port: number): Promise<void> {
    const client = connectTo(port, SENTINEL_PASSWORD);
    try {
      const [replica = []] = (await client.call('SENTINEL', 'replicas', MASTER)) as string[][];
      const valueOf = (field: string) => replica[replica.indexOf(field) + 1];
      // Until then it would give up a fail-over, and begin another one after twice the time limit.
      if (valueOf('flags') !== 'slave' || valueOf('master-link-status') !== 'ok')
        throw new Error('it has no replica that it would promote');
    } finally {
      client.disconnect();
    }
  }
}

function connectTo(port: number, password = PASSWORD): Redis {
  const client = new Redis(port, '127.0.0.1', { password, retryStrategy: () => null });
  client.on('error', () => undefined);
  return client;
}

/** @returns the stores with this Redis in place of the shared one */
export const useWatchedRedis = (stores: TestStores) => useOtherRedis(stores, new WatchedRedis());
