import { deriveOrderId } from '../orders/order-id.ts';
import { Buyer } from './order-buyer.ts';
import type { OrderTestBed } from './order-test-bed.ts';
import type { RandomNumbers } from '../../../tests/harness/random-numbers.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

/** What is on sale, and how it was at the beginning. */
export interface ProductOnSale {
  readonly product: string;
  readonly units: number;
  readonly limit: number | null;
  /** Redis loses its numbers now and then. */
  readonly isForgotten: boolean;
}

/** What the answers under a key have said so far: that there is an order, that there is none, or neither. */
export type KnownOutcome = 'bought' | 'refused' | 'open';

/** `Busy` and `OutcomeUnknown` say nothing of the attempts before. */
function learn(before: KnownOutcome | undefined, { __typename, order }: PurchaseSaid): KnownOutcome {
  if (order) return 'bought';
  if (__typename === 'OutcomeUnknown') return before === 'bought' ? before : 'open';
  return __typename === 'Busy' && before ? before : 'refused';
}

interface PurchaseSaid {
  readonly __typename: string;
  readonly order?: { readonly id: string };
}

const TOKENS = ['sim_success', 'sim_success', 'sim_declined', 'sim_timeout', 'sim_random'];
/** Operations of a visit after its first. */
const MOST_MORE = 3;

/** A user at one device who makes random requests and records the answers. */
export class RandomShopper {
  readonly #bed: OrderTestBed;
  readonly #buyer: Buyer;
  readonly #products: readonly string[];
  readonly #forgettable: readonly string[];
  readonly #random: RandomNumbers;
  readonly #keys: string[] = [];
  readonly #orders: string[] = [];
  readonly #requests = new Map<string, (at: number) => Promise<void>>();
  /** By the order's id, which follows from user and key. */
  readonly known = new Map<string, KnownOutcome>();
  /** By order. */
  readonly cancelled: string[] = [];
  /** Units that were added, by product. */
  readonly restocked = new Map<string, number>();

  constructor(bed: OrderTestBed, userId: string, onSale: readonly ProductOnSale[], random: RandomNumbers) {
    this.#bed = bed;
    this.#buyer = new Buyer(bed, userId);
    this.#products = onSale.map(({ product }) => product);
    this.#forgettable = onSale.filter(({ isForgotten }) => isForgotten).map(({ product }) => product);
    this.#random = random;
  }

  /** One sequence: something is bought, if it can be, and then this and that happens to it and to what was bought before. */
  async visit(): Promise<void> {
    await this.#buy();
    for (let more = this.#random(MOST_MORE + 1); more > 0; more--) await this.#whatComesToMind().call(this);
  }

  #whatComesToMind(): () => Promise<unknown> {
    let dice = this.#random(100);
    const habits: readonly (readonly [percent: number, () => Promise<unknown>])[] = [
      [12, this.#buy],
      [6, this.#checkOut],
      [5, this.#requestAgain],
      [30, this.#pay],
      [6, this.#payTooLate],
      [8, this.#letTimePass],
      [11, this.#cancel],
      [13, this.#requestReturn],
      [3, this.#prepare],
      [4, this.#restock],
      [2, this.#makeRedisForget],
    ];
    for (const [percent, habit] of habits) {
      if (dice < percent) return habit;
      dice -= percent;
    }
    throw new Error('the percentages are not a hundred');
  }

  #buy(): Promise<void> {
    const [product, quantity, userId] = [this.#product(), 1 + this.#random(2), this.#buyer.userId];
    return this.#order((key, at) => this.#bed.buy(product, { userId, key, quantity, at }));
  }

  async #checkOut(): Promise<void> {
    await this.#buyer.add(this.#product());
    await this.#buyer.add(this.#product());
    await this.#order((key, at) => this.#buyer.checkout(key, at));
  }

  async #order(request: (key: string, at: number) => Promise<PurchaseSaid>): Promise<void> {
    const key = newKey();
    const id = deriveOrderId(this.#buyer.userId, key);
    this.#keys.push(key);
    this.#requests.set(key, async (at) => {
      const before = this.known.get(id);
      const answer = await request(key, at);
      const now = learn(before, answer);
      if ((before === 'bought' && now !== 'bought') || (answer.order && answer.order.id !== id))
        throw new Error(`${id} was ${before} by an earlier answer, and then: ${JSON.stringify(answer)}`);
      if (before !== 'bought' && now === 'bought') this.#orders.push(id);
      this.known.set(id, now);
    });
    await this.#requests.get(key)!(this.#anywhere());
  }

  async #requestAgain(): Promise<void> {
    await this.#requests.get(this.#latest(this.#keys))!(this.#anywhere());
  }

  async #pay(): Promise<void> {
    await this.#toAnOrder((id) => this.#buyer.pay(id, TOKENS[this.#random(TOKENS.length)], this.#anywhere()));
  }

  /** The provider is silent until the order has expired, and then says that it was paid. */
  async #payTooLate(): Promise<void> {
    await this.#toAnOrder(async (id) => {
      let isOver = false;
      const answer = this.#buyer.pay(id, 'sim_timeout', this.#anywhere()).finally(() => (isOver = true));
      await waitUntil(
        'the payment to begin',
        async () => isOver || (await this.#buyer.order(id))?.status === 'PAYING',
      );
      await this.#buyer.makeDue(id);
      await answer;
    });
  }

  async #letTimePass(): Promise<void> {
    await this.#toAnOrder((id) => this.#buyer.makeDue(id));
  }

  async #cancel(): Promise<void> {
    await this.#toAnOrder(async (id) => {
      const { __typename } = await this.#buyer.cancel(id, this.#anywhere());
      if (__typename === 'OrderCancelled') this.cancelled.push(id);
    });
  }

  async #requestReturn(): Promise<void> {
    await this.#toAnOrder((id) => this.#buyer.requestReturn(id));
  }

  async #prepare(): Promise<void> {
    await this.#toAnOrder((id) => this.#buyer.prepare(id, { postalCode: '1', line1: 'Here' }));
  }

  async #restock(): Promise<void> {
    const product = this.#product();
    const change = [-1, 2, 4][this.#random(3)]!;
    const { __typename } = await this.#bed.restock(product, change);
    if (__typename === 'Restocked') this.restocked.set(product, (this.restocked.get(product) ?? 0) + change);
  }

  async #makeRedisForget(): Promise<void> {
    const product = this.#forgettable[this.#random(this.#forgettable.length)]!;
    await this.#bed.redis.del(this.#bed.key(product, 'gate'));
  }

  async #toAnOrder(work: (orderId: string) => Promise<unknown>): Promise<void> {
    if (this.#orders.length > 0) await work(this.#latest(this.#orders));
  }

  #product(): string {
    return this.#products[this.#random(this.#products.length)]!;
  }

  /** One of the last three. */
  #latest(all: readonly string[]): string {
    return all[Math.max(0, all.length - 1 - this.#random(3))]!;
  }

  #anywhere(): number {
    return this.#random(this.#bed.orders.length);
  }
}
