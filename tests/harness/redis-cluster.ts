import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../../scripts/stores/free-port.ts';
import type { RunningServer } from '../../scripts/stores/server-process.ts';
import { startRedis } from '../../scripts/stores/start-redis.ts';
import type { TestStores } from './stores.ts';
import { waitUntil } from './wait-until.ts';

const SLOTS = 16_384;
const PASSWORD = 'shared by the nodes of a test cluster';

/** Three masters that share the slots between them, on this machine. */
export class RedisCluster {
  #folder = '';
  #nodes: (RunningServer & { port: number })[] = [];

  /** Some nodes of the cluster, as `REDIS_URL` takes them. */
  get url(): string {
    return this.#nodes
      .map(({ port }) => `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`)
      .join(',');
  }

  /** A connection to one node, for a look at what it holds. */
  connect(index: number): Redis {
    return new Redis(this.#nodes[index]!.port, '127.0.0.1', { password: PASSWORD });
  }

  async start(count = 3): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'firstcome-cluster-'));
    for (let i = 0; i < count; i++) {
      const extraArgs = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())];
      const node = await startRedis({ dataDir: join(this.#folder, String(i)), extraArgs });
      this.#nodes.push(node);
      const own = new Redis(node.url);
      await own.config('SET', 'requirepass', PASSWORD);
      own.disconnect();
    }
    const clients = this.#nodes.map((_, i) => this.connect(i));
    await this.#join(clients);
    for (const client of clients) client.disconnect();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #join(clients: Redis[]): Promise<void> {
    const share = Math.ceil(SLOTS / clients.length);
    for (const [i, client] of clients.entries()) {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1);
      const { port } = this.#nodes[i]!;
      const [, busPort] = (await client.config('GET', 'cluster-port')) as string[];
      if (i > 0) await clients[0]!.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort!);
    }
    for (const client of clients) {
      await waitUntil(
        'the nodes to know each other',
        () => client.cluster('INFO'),
        (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${clients.length}`),
      );
    }
  }
}

/** @returns the stores with a cluster of its own in place of the shared Redis */
export function useRedisCluster(stores: TestStores): { cluster: RedisCluster; stores: TestStores } {
  const cluster = new RedisCluster();
  beforeAll(() => cluster.start());
  afterAll(() => cluster.stop());
  return {
    cluster,
    stores: {
      mysqlUrl: stores.mysqlUrl,
      redisPrefix: stores.redisPrefix,
      get redisUrl() {
        return cluster.url;
      },
      accounts: { mysql: stores.accounts?.mysql },
    },
  };
}
