import { randomUUID } from 'node:crypto';
import { retryOnLockError } from '../../../platform/mysql/transaction.ts';
import { createFieldCipher } from '../../../platform/personal-data/field-cipher.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { sealAddress } from '../payment/shipping-address.ts';
import type { OrderTestBed } from './order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { buyer } from '../../../tests/harness/subgraph-call.ts';
import { mutationOf } from '../../../tests/harness/mutation.ts';

const ORDER = `id status paymentDueAt returnableUntil createdAt
  total { amount currency } items { quantity product { id } }
  shippingAddress { postalCode line1 line2 }
  payment { id status amount { amount currency } attemptedAt }
  history { status at }`;

const WISHLIST = 'wishlist { quantity addedAt product { id } }';

const BOUGHT = `... on PurchaseConfirmed { replayed order { ${ORDER} } } ... on SoldOut { productId }`;

const INVALID = '... on InvalidInput { problems { path message } }';
const REFUSALS = `... on InvalidOrderStatus { status } ${INVALID}`;

export interface OrderSeen {
  readonly id: string;
  readonly status: string;
  readonly paymentDueAt: string | null;
  readonly returnableUntil: string | null;
  readonly total: { readonly amount: number; readonly currency: string };
  readonly items: readonly { readonly quantity: number; readonly product: { readonly id: string } }[];
  readonly shippingAddress: object | null;
  readonly payment: { readonly id: string; readonly status: string } | null;
  readonly history: readonly { readonly status: string; readonly at: string }[];
}

export interface Answer {
  readonly __typename: string;
  readonly order?: OrderSeen;
  readonly status?: string;
  readonly replayed?: boolean;
  readonly productId?: string;
  readonly closedAt?: string;
  readonly wishlist?: readonly WishSeen[];
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

export interface WishSeen {
  readonly quantity: number;
  readonly product: { readonly id: string };
}

/** A buyer who speaks to an order subgraph as the router would. */
export class Buyer {
  readonly #bed: OrderTestBed;
  readonly userId: string;

  constructor(bed: OrderTestBed, userId: string = randomUUID()) {
    this.#bed = bed;
    this.userId = userId;
  }

  /** @returns the id of an order that was confirmed */
  async ordered(productId: string, quantity = 1): Promise<string> {
    const answer = await this.#bed.buy(productId, { userId: this.userId, quantity });
    if (!answer.order) throw new Error(`no order: ${JSON.stringify(answer)}`);
    return answer.order.id;
  }

  prepare(orderId: string, shippingAddress?: object): Promise<Answer> {
    const input = { orderId, ...(shippingAddress ? { shippingAddress } : {}) };
    return this.#mutate('preparePayment', `... on PaymentPrepared { order { ${ORDER} } } ${REFUSALS}`, input);
  }

  /** An order without an address is given one first. */
  async pay(orderId: string, paymentToken = 'sim_success', at = 0): Promise<Answer> {
    await this.giveAddress(orderId);
    return this.payAsItIs(orderId, paymentToken, at);
  }

  payAsItIs(orderId: string, paymentToken = 'sim_success', at = 0): Promise<Answer> {
    return this.#mutate(
      'pay',
      `... on PaymentAccepted { order { ${ORDER} } } ... on PaymentDeclined { order { ${ORDER} } } ${REFUSALS}`,
      { orderId, paymentToken },
      at,
    );
  }

  cancel(orderId: string, at = 0): Promise<Answer> {
    return this.#mutate(
      'cancelOrder',
      `... on OrderCancelled { order { ${ORDER} } } ... on InvalidOrderStatus { status }`,
      { orderId },
      at,
    );
  }

  requestReturn(orderId: string, reason?: string): Promise<Answer> {
    return this.#mutate(
      'requestReturn',
      `... on ReturnRequested { order { ${ORDER} } } ... on ReturnWindowClosed { closedAt } ${REFUSALS}`,
      { orderId, ...(reason === undefined ? {} : { reason }) },
    );
  }

  add(productId: string, quantity = 1): Promise<Answer> {
    return this.#changeWishlist('addToWishlist', { productId, quantity }, 'WishlistItemInput');
  }

  set(productId: string, quantity: number): Promise<Answer> {
    return this.#changeWishlist('updateWishlistItem', { productId, quantity }, 'WishlistItemInput');
  }

  remove(productId: string): Promise<Answer> {
    return this.#changeWishlist('removeFromWishlist', { productId });
  }

  checkout(idempotencyKey = newKey(), at = 0): Promise<Answer> {
    return this.#mutate('checkoutWishlist', `${BOUGHT} ${INVALID}`, { idempotencyKey }, at);
  }

  /** @returns null for an order that this buyer does not see */
  async order(orderId: string): Promise<OrderSeen | null> {
    const reply = await this.#bed.execute(
      `query ($id: ID!) { order(id: $id) { ${ORDER} } }`,
      { id: orderId },
      { caller: buyer(this.userId) },
    );
    if (!reply.data) throw new Error(`no answer: ${JSON.stringify(reply)}`);
    return reply.data['order'] as OrderSeen | null;
  }

  /** The wishlist of a user, as this buyer sees it: their own, unless said otherwise. */
  async wishlist(ofUser = this.userId): Promise<readonly WishSeen[]> {
    const reply = await this.#bed.execute(
      `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { ${WISHLIST} } } }`,
      { refs: [{ __typename: 'User', id: ofUser }] },
      { caller: buyer(this.userId) },
    );
    return (reply.data?.['_entities'] as { wishlist: WishSeen[] }[])[0]!.wishlist;
  }

  /** As `preparePayment` does for an order without an address, but for the deadline: that stays what a test has made of it. */
  async giveAddress(orderId: string): Promise<void> {
    const cipher = createFieldCipher(this.#bed.config.encryptionKeys);
    const address = sealAddress(cipher, orderId, {
      postalCode: '04524',
      line1: '110 Sejong-daero',
      line2: null,
    });
    await this.#write(
      'UPDATE orders SET shipping_address = ? WHERE id = ? AND user_id = ? AND shipping_address IS NULL',
      [address, uuidToBytes(orderId), uuidToBytes(this.userId)],
    );
  }

  /** Makes an order due now, or so long from now, in milliseconds. */
  async makeDue(orderId: string, inMs = 0): Promise<void> {
    await this.#write('UPDATE orders SET due_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND WHERE id = ?', [
      inMs * 1_000,
      uuidToBytes(orderId),
    ]);
  }

  /** One statement beside what the order subgraph does at the moment: it may lose a race for a lock as its statements may. */
  async #write(sql: string, values: (Buffer | string | number)[]): Promise<void> {
    await retryOnLockError(() => this.#bed.pool.query(sql, values));
  }

  #changeWishlist(field: string, input: object, type?: string): Promise<Answer> {
    return this.#mutate(field, `... on WishlistUpdated { ${WISHLIST} } ${INVALID}`, input, 0, type);
  }

  async #mutate(field: string, selection: string, input: object, at = 0, type?: string): Promise<Answer> {
    const query = mutationOf(field, selection, type);
    for (let attempt = 1; ; attempt++) {
      const reply = await this.#bed.execute(query, { input }, { caller: buyer(this.userId), at });
      const answer = reply.data?.[field];
      if (answer && !reply.errors) return answer as Answer;
      // Nothing has happened; on a busy machine a subgraph may take longer than another one waits for it.
      const isUnavailable = reply.errors?.[0]?.extensions?.code === 'UNAVAILABLE';
      if (!isUnavailable || attempt === 20)
        throw new Error(`no answer to ${field}: ${JSON.stringify(reply)}`);
    }
  }
}
