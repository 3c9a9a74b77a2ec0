import { setTimeout as sleep } from 'node:timers/promises';
import { administrator } from '../harness/subgraph-call.ts';
import type { RandomNumbers } from '../harness/random-numbers.ts';
import type { ChaosSystem } from './chaos-system.ts';
import {
  call,
  isToBeTriedAgain,
  type Call,
  type History,
  type Line,
  type PurchaseCall,
  type RestockCall,
} from './history.ts';
import { ABANDON, CHECKOUT, PURCHASE, RESTOCK } from './operations.ts';

/** If a response has no `retryAfterMs`, in milliseconds. */
const AGAIN_MS = 300;

/** What is sent under one key. */
export interface KeyedRequest {
  readonly operation: 'purchase' | 'checkoutWishlist' | 'abandonPurchase';
  readonly userId: string;
  readonly key: string;
  /** Null if it is unknown. A purchase has one line. */
  readonly wanted: readonly Line[] | null;
}

interface UserRequest {
  readonly operation: string;
  readonly query: string;
  readonly variables: object;
  /** Null: an administrator. */
  readonly userId: string | null;
  readonly usual: string | null;
  /** The order or product that it concerns. */
  readonly about: string;
}

const DOCUMENTS = { purchase: PURCHASE, checkoutWishlist: CHECKOUT, abandonPurchase: ABANDON };
const USUAL = {
  purchase: 'PurchaseConfirmed',
  checkoutWishlist: 'PurchaseConfirmed',
  abandonPurchase: 'PurchaseAbandoned',
};

interface AnsweredOrder {
  readonly id: string;
  readonly items: readonly { readonly quantity: number; readonly product: { readonly id: string } | null }[];
}

/** Sends requests through the routers, retries under the same key as a well-behaved client does, and records every response. */
export class Client {
  readonly #system: ChaosSystem;
  readonly #history: History;
  readonly #random: RandomNumbers;
  #endsAt = Infinity;

  constructor(system: ChaosSystem, history: History, random: RandomNumbers) {
    this.#system = system;
    this.#history = history;
    this.#random = random;
  }

  /** From then on, of `performance.now()`, nothing is sent again. */
  endAt(instant: number): void {
    this.#endsAt = instant;
  }

  /** Once. @param router which one; twins are sent to both. @param hangsUpAfterMs when the client closes the connection */
  async attempt(request: KeyedRequest, router: number, hangsUpAfterMs?: number): Promise<PurchaseCall> {
    const { operation, userId, key, wanted } = request;
    const input = { idempotencyKey: key, ...(operation === 'purchase' ? wanted![0] : {}) };
    const signal = hangsUpAfterMs === undefined ? undefined : AbortSignal.timeout(hangsUpAfterMs);
    const made = await call(operation, USUAL[operation], () =>
      this.#execute(router, DOCUMENTS[operation], { input }, userId, signal),
    );
    const order = (made.field?.['order'] as AnsweredOrder | undefined) ?? null;
    const recorded: PurchaseCall = {
      ...made,
      field: null,
      key,
      userId,
      wanted,
      orderId: order?.id ?? null,
      confirmed:
        order && order.items.map(({ quantity, product }) => ({ productId: product?.id ?? '', quantity })),
      soldOut: made.answer === 'SoldOut' ? (made.field!['productId'] as string) : null,
    };
    this.#history.purchases.push(recorded);
    return recorded;
  }

  /** Until the answer is final. @returns that answer, or the last one */
  toTheEnd(request: KeyedRequest, router: number): Promise<PurchaseCall> {
    return this.#repeat((attempt) => this.attempt(request, router + attempt));
  }

  /** Until it is done. */
  restock(productId: string, change: number, key: string, router: number): Promise<RestockCall> {
    const input = { productId, change, idempotencyKey: key };
    return this.#repeat(async (attempt) => {
      const made = await call('restock', 'Restocked', () =>
        this.#execute(router + attempt, RESTOCK, { input }, null),
      );
      const recorded = { ...made, field: null, key, productId, change };
      this.#history.restocks.push(recorded);
      return recorded;
    });
  }

  /** Anything else, until the answer is final. @returns it, and how often the request was sent */
  send(request: UserRequest, router: number): Promise<Call & { readonly attempts: number }> {
    const { operation, query, variables, userId, usual, about } = request;
    return this.#repeat(async (attempt) => {
      const made = await call(operation, usual, () =>
        this.#execute(router + attempt, query, variables, userId),
      );
      this.#history.others.push({ ...made, field: null, about });
      return { ...made, attempts: attempt + 1 };
    });
  }

  async #repeat<Made extends Call>(send: (attempt: number) => Promise<Made>): Promise<Made> {
    for (let attempt = 0; ; attempt++) {
      const made = await send(attempt);
      if (!isToBeTriedAgain(made) || performance.now() > this.#endsAt) return made;
      await sleep((made.retryAfterMs ?? AGAIN_MS) * (0.5 + this.#random(1_000) / 1_000));
    }
  }

  #execute(router: number, query: string, variables: object, userId: string | null, signal?: AbortSignal) {
    const { stack } = this.#system;
    const { url } = stack.routers[router % stack.routers.length]!;
    const token = this.#system.tokenOf(userId === null ? administrator : { userId, scopes: new Set() });
    return stack.executeAt(url, query, variables, token, signal);
  }
}
