import { setTimeout as sleep } from 'node:timers/promises';
import type { RandomNumbers } from '../harness/random-numbers.ts';
import { newKey } from '../harness/shop.ts';
import type { ChaosSystem } from './chaos-system.ts';
import { Client, type KeyedRequest } from './client.ts';
import type { History, Line, PurchaseCall } from './history.ts';
import {
  ADD_TO_WISHLIST,
  CANCEL,
  OPERATIONS,
  ORDER,
  PAY,
  PREPARE_PAYMENT,
  REQUEST_RETURN,
  sendThrough,
} from './operations.ts';
import type { OnSale, Products } from './products.ts';
import type { RoundUsers } from './users.ts';

/** These are made below, each with a key or an order of its own; orders that are kept are for the probes. */
const KEYED = ['purchase', 'restock', 'abandonPurchase', 'cancelOrder'];
const OTHER_OPERATIONS = OPERATIONS.filter(({ name }) => !KEYED.includes(name));
/** Milliseconds between two operations of one kind, two restocks, and two checkouts. */
const EVERY_MS = 700;
const MOST_IN_FLIGHT = 500;
const ADDRESS = { postalCode: '04524', line1: '110 Sejong-daero' };
/** How often and how long a buyer looks for the delivery before a return. */
const DELIVERY_LOOKS = 30;
const LOOK_MS = 500;

/** What clients do with a purchase, in a hundred; the others send it until the answer is final. */
const HABITS = { twin: 10, hangUp: 6, abandon: 5 };
/** What buyers do with an order that they have, in a hundred. The others keep it. */
const AFTERWARDS = { cancel: 12, pay: 30 };
/** Of those who have paid. */
const PAID = { cancel: 20, return: 35 };

/**
 * Many users at a steady rate: purchases, checkouts of wishlists, payments, cancellations, returns, restocks, abandonments and reads. Each key
 * is sent again as a good client does until its answer is final; some clients send a key to both routers at once, some hang up in the middle and come
 * back later. The history has every request.
 */
export class Workload {
  readonly #system: ChaosSystem;
  readonly #products: Products;
  readonly #users: RoundUsers;
  readonly #random: RandomNumbers;
  readonly #perSecond: number;
  readonly #history: History;
  readonly #client: Client;
  readonly #shoppers: string[];
  readonly #unpaid: { readonly orderId: string; readonly userId: string }[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #timers: NodeJS.Timeout[] = [];
  #isEnding = false;
  /** Keys of purchases and checkouts that were begun. */
  begun = 0;

  constructor(
    system: ChaosSystem,
    products: Products,
    users: RoundUsers,
    options: { readonly random: RandomNumbers; readonly perSecond: number; readonly history: History },
  ) {
    this.#system = system;
    this.#products = products;
    this.#users = users;
    this.#random = options.random;
    this.#perSecond = options.perSecond;
    this.#history = options.history;
    this.#client = new Client(system, options.history, options.random);
    this.#shoppers = [...users.shoppers];
  }

  start(): void {
    const repeat = (everyMs: number, work: () => Promise<void>) =>
      setInterval(() => void (this.#underWay.size < MOST_IN_FLIGHT && this.#track(work())), everyMs);
    this.#timers = [
      repeat(1_000 / this.#perSecond, () => this.#buy()),
      repeat(EVERY_MS, () => this.#checkOut()),
      repeat(EVERY_MS, () => this.#restock()),
      ...OTHER_OPERATIONS.map((operation) => repeat(EVERY_MS, () => this.#sendOther(operation))),
    ];
  }

  /** Starts nothing new. Resolves when every key has had its final answer, or `withinMs` are over. */
  async stop(withinMs: number): Promise<void> {
    this.halt(withinMs);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Starts nothing new, and waits for nothing. @param withinMs until nothing is sent again */
  halt(withinMs = 0): void {
    this.#isEnding = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#client.endAt(performance.now() + withinMs);
  }

  /** Sends once more under the key of an earlier request. */
  repeat({ operation, userId, key, wanted }: PurchaseCall): Promise<PurchaseCall> {
    return this.#client.attempt({ operation, userId, key, wanted } as KeyedRequest, 0);
  }

  /** An order that was confirmed and may be cancelled, each once. */
  takeOrder(): { orderId: string; userId: string } | null {
    return this.#unpaid.pop() ?? null;
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #buy(): Promise<void> {
    const { buyers } = this.#users;
    const product = this.#products.choose(this.#random);
    const wanted = [{ productId: product.id, quantity: 1 + this.#random(3) }];
    const userId = buyers[this.#random(buyers.length)]!;
    await this.#settle({ operation: 'purchase', userId, key: newKey(), wanted }, [product]);
  }

  /** Two products or three in one order, none of them scarce. */
  async #checkOut(): Promise<void> {
    const userId = this.#shoppers.pop();
    if (userId === undefined) return;
    const chosen = new Set([this.#products.healthy, this.#products.struck]);
    if (this.#random(2) === 1) chosen.add(this.#products.choose(this.#random).id);
    const products = this.#products.all.filter(({ id }) => chosen.has(id));
    const lines: Line[] = [];
    let isCertain = true;
    for (const { id } of products) {
      const line = { productId: id, quantity: 1 + this.#random(2) };
      const { outcome, attempts } = await this.#client.send(
        {
          operation: 'addToWishlist',
          query: ADD_TO_WISHLIST,
          variables: { input: line },
          userId,
          usual: 'WishlistUpdated',
          about: id,
        },
        this.#random(2),
      );
      // A second attempt adds to what the first one may have added.
      isCertain &&= outcome === 'yes' && attempts === 1;
      lines.push(line);
    }
    const wanted = isCertain ? lines : null;
    await this.#settle({ operation: 'checkoutWishlist', userId, key: newKey(), wanted }, products);
  }

  /** Sends a key until its answer is final, in one of several ways; then something is done with the order. */
  async #settle(request: KeyedRequest, products: readonly OnSale[]): Promise<void> {
    this.begun++;
    const answers = await this.#send(request);
    const orderId = answers.find((made) => made.orderId !== null)?.orderId;
    if (orderId && !products.some(({ isStill }) => isStill)) await this.#useOrder(orderId, request.userId);
  }

  async #send(request: KeyedRequest): Promise<PurchaseCall[]> {
    const [dice, router] = [this.#random(100), this.#random(2)];
    const { twin, hangUp, abandon } = HABITS;
    const client = this.#client;
    if (dice < twin)
      return Promise.all([client.toTheEnd(request, router), client.toTheEnd(request, router + 1)]);
    if (dice < twin + hangUp) {
      await client.attempt(request, router, 1 + this.#random(150));
      await sleep(300 + this.#random(2_500));
      return [await client.toTheEnd(request, router + 1)];
    }
    if (dice < twin + hangUp + abandon) {
      const abandonment = async () => {
        await sleep(this.#random(200));
        return client.toTheEnd({ ...request, operation: 'abandonPurchase' }, router + 1);
      };
      return Promise.all([client.toTheEnd(request, router), abandonment()]);
    }
    return [await client.toTheEnd(request, router)];
  }

  async #useOrder(orderId: string, userId: string): Promise<void> {
    const dice = this.#random(100);
    if (dice < AFTERWARDS.cancel) return this.#cancel(orderId, userId);
    if (dice < AFTERWARDS.cancel + AFTERWARDS.pay) return this.#pay(orderId, userId);
    this.#unpaid.push({ orderId, userId });
  }

  /** One in ten payments is sent twice at once, and one in five is declined at first. */
  async #pay(orderId: string, userId: string): Promise<void> {
    const input = { orderId, shippingAddress: ADDRESS };
    await this.#change('preparePayment', PREPARE_PAYMENT, input, userId, 'PaymentPrepared');
    const pay = (paymentToken: string) =>
      this.#change('pay', PAY, { orderId, paymentToken }, userId, 'PaymentAccepted');
    if (this.#random(5) === 0) await pay('no');
    await Promise.all(this.#random(10) === 0 ? [pay('ok'), pay('ok')] : [pay('ok')]);
    const dice = this.#random(100);
    if (dice < PAID.cancel) return this.#cancel(orderId, userId);
    if (dice < PAID.cancel + PAID.return) return this.#return(orderId, userId);
  }

  /** As soon as the order is there; not at all where the workload ends before. */
  async #return(orderId: string, userId: string): Promise<void> {
    for (let look = 0; look < DELIVERY_LOOKS && !this.#isEnding; look++) {
      await sleep(LOOK_MS);
      const { field } = await this.#client.send(
        { operation: 'order', query: ORDER, variables: { id: orderId }, userId, usual: null, about: orderId },
        this.#random(2),
      );
      if (field?.['status'] === 'DELIVERED')
        return this.#change('requestReturn', REQUEST_RETURN, { orderId }, userId, 'ReturnRequested');
    }
  }

  async #cancel(orderId: string, userId: string): Promise<void> {
    const cancel = () => this.#change('cancelOrder', CANCEL, { orderId }, userId, 'OrderCancelled');
    await Promise.all(this.#random(10) === 0 ? [cancel(), cancel()] : [cancel()]);
  }

  async #change(
    operation: string,
    query: string,
    input: { readonly orderId: string; readonly [field: string]: unknown },
    userId: string,
    usual: string,
  ): Promise<void> {
    const request = { operation, query, variables: { input }, userId, usual, about: input.orderId };
    await this.#client.send(request, this.#random(2));
  }

  async #restock(): Promise<void> {
    const restocked = this.#products.all.filter(({ isStill }) => !isStill);
    const { id } = restocked[this.#random(restocked.length)]!;
    const [change, key, router] = [1 + this.#random(3), newKey(), this.#random(2)];
    const restock = (at: number) => this.#client.restock(id, change, key, at);
    await Promise.all(this.#random(10) === 0 ? [restock(router), restock(router + 1)] : [restock(router)]);
  }

  /** A read, or something that is done once. */
  async #sendOther(operation: (typeof OPERATIONS)[number]): Promise<void> {
    const { routers } = this.#system.stack;
    const router = routers[this.#random(routers.length)]!;
    const subjects = {
      productId: this.#products.healthy,
      userIds: this.#users.buyers,
      random: this.#random,
      takeOrder: () => this.takeOrder(),
    };
    const made = await sendThrough(router, operation, this.#system, subjects);
    if (made) this.#history.others.push({ ...made, field: null });
  }
}
