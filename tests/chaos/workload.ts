import { setTimeout as sleep } from 'node:timers/promises';
import type { RandomNumbers } from '../harness/random-numbers.ts';
import { newKey } from '../harness/shop.ts';
import type { ChaosSystem, ChaosUser } from './chaos-system.ts';
import { call, isToBeTriedAgain, type Call, type PurchaseCall } from './history.ts';
import { OPERATIONS, PURCHASE, sendThrough } from './operations.ts';
import type { Products } from './products.ts';

const OTHER_OPERATIONS = OPERATIONS.filter(({ name }) => name !== 'purchase');
/** Milliseconds between two operations of one kind. */
const EVERY_MS = 700;
/** Where an answer does not say when to try again, in milliseconds. */
const AGAIN_MS = 300;
const MOST_IN_FLIGHT = 500;
/** In a hundred: purchases whose client sends the key to both routers at the same time. */
const TWINS = 10;

/**
 * Purchases by many users at a steady rate, each sent again under its key as a good client does until the answer is final; and the
 * other operations. Keeps a history of every request.
 */
export class Workload {
  readonly #system: ChaosSystem;
  readonly #products: Products;
  readonly #random: RandomNumbers;
  readonly #perSecond: number;
  readonly purchases: PurchaseCall[] = [];
  readonly others: Call[] = [];
  readonly cancelled = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  #timers: NodeJS.Timeout[] = [];
  #endsAt = Infinity;

  constructor(system: ChaosSystem, products: Products, random: RandomNumbers, perSecond: number) {
    this.#system = system;
    this.#products = products;
    this.#random = random;
    this.#perSecond = perSecond;
  }

  start(): void {
    const buy = () => void (this.#underWay.size < MOST_IN_FLIGHT && this.#track(this.#buy()));
    const others = OTHER_OPERATIONS.map((operation) =>
      setInterval(() => this.#track(this.#send(operation)), EVERY_MS),
    );
    this.#timers = [setInterval(buy, 1_000 / this.#perSecond), ...others];
  }

  /** Starts nothing new. Resolves when every key has had its final answer, or `withinMs` are over. */
  async stop(withinMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#endsAt = performance.now() + withinMs;
    await Promise.all(this.#underWay);
  }

  /** Sends once more under the key of an earlier request. */
  async repeat({ userId, key, productId }: PurchaseCall): Promise<PurchaseCall> {
    const user = this.#system.users.find(({ id }) => id === userId)!;
    return this.#attempt(user, key, productId, 0);
  }

  /** An order that was confirmed and may be cancelled, each once. */
  takeOrder(): { orderId: string; userId: string } | null {
    const found = this.purchases.findLast(
      ({ outcome, orderId, productId }) =>
        outcome === 'yes' && productId !== this.#products.scarce && !this.#taken.has(orderId!),
    );
    if (!found) return null;
    this.#taken.add(found.orderId!);
    return { orderId: found.orderId!, userId: found.userId };
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #buy(): Promise<void> {
    const user = this.#system.users[this.#random(this.#system.users.length)]!;
    const productId = this.#products.choose(this.#random);
    const [key, first, isTwin] = [newKey(), this.#random(2), this.#random(100) < TWINS];
    const toTheEnd = (router: number) => this.#buyToTheEnd(user, key, productId, router);
    await Promise.all(isTwin ? [toTheEnd(first), toTheEnd(first + 1)] : [toTheEnd(first)]);
  }

  async #buyToTheEnd(user: ChaosUser, key: string, productId: string, router: number): Promise<void> {
    for (let attempt = router; ; attempt++) {
      const made = await this.#attempt(user, key, productId, attempt);
      if (!isToBeTriedAgain(made) || performance.now() > this.#endsAt) return;
      await sleep((made.retryAfterMs ?? AGAIN_MS) * (0.5 + this.#random(1_000) / 1_000));
    }
  }

  async #attempt(user: ChaosUser, key: string, productId: string, router: number): Promise<PurchaseCall> {
    const { routers } = this.#system.stack;
    const { url } = routers[router % routers.length]!;
    const variables = { input: { productId, quantity: 1, idempotencyKey: key } };
    const made = await call('purchase', 'PurchaseConfirmed', () =>
      this.#system.stack.askAt(url, PURCHASE, variables, user.token()),
    );
    const orderId = (made.field?.['order'] as { id: string } | undefined)?.id ?? null;
    const recorded = { ...made, key, userId: user.id, productId, orderId };
    this.purchases.push(recorded);
    return recorded;
  }

  async #send(operation: (typeof OPERATIONS)[number]): Promise<void> {
    const { routers } = this.#system.stack;
    const router = routers[this.#random(routers.length)]!;
    const subjects = {
      productId: this.#products.healthy,
      random: this.#random,
      takeOrder: () => this.takeOrder(),
    };
    const made = await sendThrough(router, operation, this.#system, subjects);
    if (made) this.others.push(made);
  }
}
