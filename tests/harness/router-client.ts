import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Reply } from './stack.ts';

interface Door {
  readonly url: string;
  readonly pool: Pool;
  isOut: boolean;
}

const ASK_AGAIN_MS = 50;

/**
 * A client of several routers, as a load balancer is one: it learns from HTTP alone which of them to ask. One that says
 * `connection: close`, or refuses a connection, gets nothing new until its `/health/ready` says yes. What was sent is
 * never sent again.
 */
export class RouterClient {
  readonly #doors: readonly Door[];
  #turn = 0;
  #isClosed = false;

  constructor(urls: readonly string[], connections: number) {
    this.#doors = urls.map((url) => ({ url, pool: new Pool(url, { connections }), isOut: false }));
  }

  /** @throws what became of a request that was sent and not answered; or when nobody takes connections */
  readonly ask = async (query: string, variables: object = {}, token?: string): Promise<Reply> => {
    for (let attempt = 1; ; attempt++) {
      const door = this.#choose();
      try {
        return await this.#askAt(door, query, variables, token);
      } catch (error) {
        if (!isRefusal(error) || attempt > 2 * this.#doors.length) throw error;
        this.#leaveOut(door);
      }
    }
  };

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#doors.map(({ pool }) => pool.close()));
  }

  #choose(): Door {
    const open = this.#doors.filter(({ isOut }) => !isOut);
    const from = open.length > 0 ? open : this.#doors;
    return from[this.#turn++ % from.length]!;
  }

  async #askAt(door: Door, query: string, variables: object, token?: string): Promise<Reply> {
    const response = await door.pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    if (response.headers['connection'] === 'close') this.#leaveOut(door);
    const body = (await response.body.json()) as Omit<Reply, 'status' | 'headers'>;
    return { status: response.statusCode, headers: response.headers, ...body };
  }

  #leaveOut(door: Door): void {
    if (door.isOut) return;
    door.isOut = true;
    void this.#waitFor(door);
  }

  async #waitFor(door: Door): Promise<void> {
    while (!this.#isClosed) {
      await sleep(ASK_AGAIN_MS);
      const isReady = await fetch(`${door.url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) break;
    }
    door.isOut = false;
  }
}

const isRefusal = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
