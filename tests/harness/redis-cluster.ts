import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/stores/free-port.ts';
import type { RunningServer } from '../../scripts/stores/server-process.ts';
import { startRedis } from '../../scripts/stores/start-redis.ts';
import type { CertificateAuthority } from './certificates.ts';
import type { TestStores } from './stores.ts';
import { useOtherRedis } from './other-redis.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { waitUntil } from './wait-until.ts';

const SLOTS = 16_384;
const PASSWORD = 'shared by the nodes of a test cluster';

interface NodePorts {
  readonly busPort: number;
  /** 0 without TLS. */
  readonly tlsPort: number;
}

type Node = RunningServer & NodePorts;

/** Three masters that share the slots between them, on this machine. */
export class RedisCluster {
  readonly #authority: CertificateAuthority | null;
  readonly #tlsArgs: readonly string[];
  #folder = '';
  #nodes: Node[] = [];

  /** @param authority given: clients come by TLS, and nodes are known by the name `localhost` alone, as in a managed cluster */
  constructor(authority: CertificateAuthority | null = null) {
    this.#authority = authority;
    this.#tlsArgs = authority ? tlsArgs(authority) : [];
  }

  /** Some nodes of the cluster, as `REDIS_URL` takes them; with TLS one, as the endpoint of a managed cluster. */
  get url(): string {
    if (this.#authority) {
      const { tlsPort } = this.#nodes[0]!;
      return `rediss+cluster://:${encodeURIComponent(PASSWORD)}@localhost:${tlsPort}?ca=${this.#authority.ca}`;
    }
    return this.#nodes
      .map(({ port }) => `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`)
      .join(',');
  }

  /** A connection to one node, for a look at what it holds. */
  connect(index: number): Redis {
    return new Redis(this.#nodes[index]!.port, '127.0.0.1', { password: PASSWORD });
  }

  /** From now on the nodes send clients to a proxy in front of each of them. */
  async throughProxies(): Promise<{ url: string; proxies: readonly TcpProxy[]; stop(): Promise<void> }> {
    const proxies = this.#nodes.map(({ port }) => new TcpProxy({ host: '127.0.0.1', port }));
    const ports = await Promise.all(proxies.map((proxy) => proxy.start()));
    const announce = async (index: number, port: number) => {
      const client = this.connect(index);
      await client.config('SET', 'cluster-announce-port', port);
      client.disconnect();
    };
    await Promise.all(ports.map((port, index) => announce(index, port)));
    for (const index of ports.keys())
      await waitUntil('the ports to be known', async () => {
        const client = this.connect(index);
        const known = String(await client.call('CLUSTER', 'NODES'));
        client.disconnect();
        return ports.every((port) => known.includes(`:${port}@`));
      });
    return {
      url: ports.map((port) => `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`).join(','),
      proxies,
      stop: async () => {
        await Promise.all(this.#nodes.map((_, index) => announce(index, 0)));
        await Promise.all(proxies.map((proxy) => proxy.stop()));
      },
    };
  }

  async start(count = 3): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'firstcome-cluster-'));
    for (let i = 0; i < count; i++) {
      const tlsPort = this.#authority ? await freePort() : 0;
      this.#nodes.push(await this.#launch(i, { busPort: await freePort(), tlsPort }));
    }
    const clients = this.#nodes.map((_, i) => this.connect(i));
    await this.#join(clients);
    for (const client of clients) client.disconnect();
  }

  /** The node is killed; its data is lost. */
  async kill(index: number): Promise<void> {
    const node = this.#nodes[index]!;
    node.signal('SIGKILL');
    await node.exited;
  }

  /** After `kill`: the node comes back empty, with its place in the cluster. */
  async startAgain(index: number): Promise<void> {
    const { port, busPort, tlsPort } = this.#nodes[index]!;
    this.#nodes[index] = await this.#launch(index, { busPort, tlsPort }, port);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #launch(index: number, { busPort, tlsPort }: NodePorts, port?: number): Promise<Node> {
    const ports = ['--cluster-port', String(busPort), '--tls-port', String(tlsPort)];
    const extraArgs = ['--cluster-enabled', 'yes', ...ports, ...this.#tlsArgs];
    const node = await startRedis({ dataDir: join(this.#folder, String(index)), port, extraArgs });
    const own = new Redis(node.url);
    await own.config('SET', 'requirepass', PASSWORD);
    own.disconnect();
    return { ...node, busPort, tlsPort };
  }

  async #join(clients: Redis[]): Promise<void> {
    const share = Math.ceil(SLOTS / clients.length);
    for (const [i, client] of clients.entries()) {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1);
      const { port, tlsPort } = this.#nodes[i]!;
      const [, busPort] = (await client.config('GET', 'cluster-port')) as string[];
      if (i > 0) await clients[0]!.call('CLUSTER', 'MEET', '127.0.0.1', tlsPort || port, busPort!);
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

function tlsArgs(authority: CertificateAuthority): string[] {
  const { cert, key } = authority.issue('node', ['localhost']);
  return [
    ...['--tls-ca-cert-file', authority.ca, '--tls-cert-file', cert, '--tls-key-file', key],
    ...['--tls-auth-clients', 'no', '--tls-cluster', 'yes'],
    ...['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname'],
  ];
}

/** @returns the stores with a cluster of its own in place of the shared Redis */
export function useRedisCluster(
  stores: TestStores,
  authority: CertificateAuthority | null = null,
): { cluster: RedisCluster; stores: TestStores } {
  const { redis: cluster, stores: others } = useOtherRedis(stores, new RedisCluster(authority));
  return { cluster, stores: others };
}
