import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Reply } from './stack.ts';

interface Endpoint {
  readonly url: string;
  readonly pool: Pool;
  isEjected: boolean;
}

const RECHECK_MS = 50;

/**
 * A client of several routers, as a load balancer is one: it chooses one by HTTP alone. A router that responds
 * `connection: close`, or refuses a connection, is ejected until its `/health/ready` is 200. A request that was sent is
 * never sent again.
 */
export class RouterClient {
  readonly #endpoints: readonly Endpoint[];
  #turn = 0;
  #isClosed = false;

  constructor(urls: readonly string[], connections: number) {
    this.#endpoints = urls.map((url) => ({ url, pool: new Pool(url, { connections }), isEjected: false }));
  }

  /** @throws what became of a request that was sent and not answered; or when no router accepts connections */
  readonly execute = async (query: string, variables: object = {}, token?: string): Promise<Reply> => {
    for (let attempt = 1; ; attempt++) {
      const endpoint = this.#choose();
      try {
        return await this.#executeAt(endpoint, query, variables, token);
      } catch (error) {
        if (!isRefusal(error) || attempt > 2 * this.#endpoints.length) throw error;
        this.#eject(endpoint);
      }
    }
  };

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#endpoints.map(({ pool }) => pool.close()));
  }

  #choose(): Endpoint {
    const open = this.#endpoints.filter(({ isEjected }) => !isEjected);
    const from = open.length > 0 ? open : this.#endpoints;
    return from[this.#turn++ % from.length]!;
  }

  async #executeAt(endpoint: Endpoint, query: string, variables: object, token?: string): Promise<Reply> {
    const response = await endpoint.pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    if (response.headers['connection'] === 'close') this.#eject(endpoint);
    const body = (await response.body.json()) as Omit<Reply, 'status' | 'headers'>;
    return { status: response.statusCode, headers: response.headers, ...body };
  }

  #eject(endpoint: Endpoint): void {
    if (endpoint.isEjected) return;
    endpoint.isEjected = true;
    void this.#waitUntilReady(endpoint);
  }

  async #waitUntilReady(endpoint: Endpoint): Promise<void> {
    while (!this.#isClosed) {
      await sleep(RECHECK_MS);
      const isReady = await fetch(`${endpoint.url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) break;
    }
    endpoint.isEjected = false;
  }
}

const isRefusal = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
