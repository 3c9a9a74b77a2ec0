import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Service } from '../harness/service.ts';
import { newKey, openSale, purchase } from '../harness/shop.ts';
import { useStack, type Stack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

/** What the tests of every client need of the whole system. */
export class ClientSystem {
  readonly #stack: Stack;
  readonly #services: Service[] = [];
  folder = '';

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  get url(): string {
    return this.#stack.routers[0]!.url;
  }

  get graphqlUrl(): string {
    return `${this.url}/graphql`;
  }

  async start(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'firstcome-clients-'));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @returns the product's id */
  openSale(units: number, name?: string): Promise<string> {
    return openSale(this.#stack, { units, ...(name ? { name } : {}) });
  }

  /** An access token of a buyer of its own. */
  buyer(): string {
    return this.#stack.mint.buyer();
  }

  /** As one that was fetched long ago. */
  expiredToken(): string {
    const past = Math.floor(Date.now() / 1_000) - 3_600;
    return this.#stack.mint.mint({ iat: past, exp: past + 900 });
  }

  /** A session of the demo buyer. */
  async signIn(): Promise<{ accessToken: string; refreshToken: string }> {
    const { data } = await this.#stack.execute(
      'mutation ($input: SignInInput!) { signIn(input: $input) { ... on Session { accessToken refreshToken } } }',
      { input: { email: 'buyer@firstcome.example', password: 'firstcome-buyer' } },
    );
    return data?.['signIn'] as { accessToken: string; refreshToken: string };
  }

  /** @returns the ids of so many new orders of that buyer */
  async placeOrders(count: number, accessToken: string): Promise<string[]> {
    const product = await this.openSale(count);
    const ids: string[] = [];
    for (let placed = 0; placed < count; placed++) {
      const { __typename, order } = await purchase(this.#stack, product, accessToken);
      if (!order) throw new Error(`nothing was bought: ${__typename}`);
      ids.push(order.id);
    }
    return ids;
  }

  /** A router that answers nothing but the operations of that file. @returns the URL of its endpoint */
  async trustedRouter(manifest: string): Promise<string> {
    const service = await this.#stack.startService('router', {
      PERSISTED_OPERATIONS: 'only',
      PERSISTED_OPERATIONS_FILE: manifest,
    });
    this.#services.push(service);
    return `${service.url}/graphql`;
  }

  /** @returns the path of a new file with this text */
  async writeFile(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }
}

/** Call at the top of a test file. */
export function useClientSystem(): ClientSystem {
  const system = new ClientSystem(
    useStack(useStores(), { processes: { user: 1, product: 1, order: 1, router: 1 } }),
  );
  beforeAll(() => system.start());
  afterAll(() => system.stop());
  return system;
}

export const purchaseInput = (productId: string, quantity = 1) => ({
  input: { productId, quantity, idempotencyKey: newKey() },
});

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Record<string, unknown> | null;
  readonly status: number;
}

/** The `fetch` of this process, with what a client sent by it, in order. */
export function recordedFetch(): { readonly fetch: typeof fetch; readonly sent: SentRequest[] } {
  const sent: SentRequest[] = [];
  return {
    sent,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const text = await request.clone().text();
      const response = await fetch(request);
      sent.push({
        method: request.method,
        url: new URL(request.url),
        body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
        status: response.status,
      });
      return response;
    },
  };
}

/** True where the text of the operation was sent, not its hash alone. */
export function hasDocument({ body, url }: SentRequest): boolean {
  return body?.['query'] !== undefined || url.searchParams.has('query');
}
