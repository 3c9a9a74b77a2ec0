import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callSigned, identityOf } from '../../../platform/identity/testing/signed-request.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderRoom, type OrderRoom } from '../testing/order-test-bed.ts';
import { randomFrom } from '../../../tests/harness/random-numbers.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { buyer, subgraphAt } from '../../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import type { OrderServices } from '../services.ts';
import { newAttempt } from './attempt.ts';

interface Refusal {
  readonly product: string;
  readonly quantity?: number;
  readonly userId: string;
  /** Makes the purchase possible. */
  readonly relieve: () => Promise<unknown>;
}

/** Each way in which a purchase is refused now and could be bought a moment later. */
const REFUSALS: Record<string, (room: OrderRoom) => Promise<Refusal>> = {
  SaleNotOpen: async (room) => {
    const product = await room.sell({ opensAt: new Date(Date.now() + 600_000) });
    const opensAt = new Date(Date.now() - 1_000).toISOString();
    return { product, userId: randomUUID(), relieve: () => changeTerms(room, product, { opensAt }) };
  },
  SaleClosed: async (room) => {
    const product = await room.sell({ closesAt: new Date(Date.now() - 1_000) });
    const closesAt = new Date(Date.now() + 60_000).toISOString();
    return { product, userId: randomUUID(), relieve: () => changeTerms(room, product, { closesAt }) };
  },
  SoldOut: async (room) => {
    const product = await room.sell({ units: 1 });
    await room.buy(product);
    return { product, userId: randomUUID(), relieve: () => room.restock(product, 5) };
  },
  PurchaseLimitExceeded: async (room) => {
    const [product, userId] = [await room.sell({ purchaseLimit: 1 }), randomUUID()];
    await room.buy(product, { userId });
    return { product, userId, relieve: () => changeTerms(room, product, { purchaseLimit: 3 }) };
  },
  InvalidInput: async (room) => {
    const product = await room.sell({ price: 2 ** 30 });
    return { product, quantity: 2, userId: randomUUID(), relieve: () => room.reprice(product, 10) };
  },
};

/** The new terms are known to every process within a second; until then a look under other keys shows the old ones. */
async function changeTerms(room: OrderRoom, product: string, change: object): Promise<void> {
  await room.changeTerms(product, change);
  const changed = Date.now();
  await waitUntil('the terms to be known', () => Date.now() > changed + 1_100);
}

/** Orders that are looked up are found only when the test says so. */
function holdLookups({ lookup }: OrderServices): {
  readonly begun: Promise<void>;
  readonly release: () => void;
} {
  let [begin, release] = [(): void => undefined, (): void => undefined];
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const find = lookup.find.bind(lookup);
  lookup.find = async (orderId) => {
    const found = await find(orderId);
    begin();
    await released;
    return found;
  };
  return { begun, release };
}

describe.each(['atomic', 'lock', 'row'])('a definite refusal, with STOCK_STRATEGY=%s,', (STOCK_STRATEGY) => {
  const room = useOrderRoom(useStores(), {
    orders: 2,
    environment: {
      STOCK_STRATEGY,
      PURCHASE_TIMEOUT: '20s',
      STOCK_LOCK_DEADLINE: '15s',
      STOCK_LOCK_ATTEMPTS: '10000',
    },
  });

  it.each(Object.entries(REFUSALS))(
    '%s binds an attempt that was on its way, and not one that begins later',
    async (kind, prepare) => {
      const { product, quantity = 1, userId, relieve } = await prepare(room);
      const key = newKey();
      const sentAt = Date.now();
      await waitUntil('the next millisecond', () => Date.now() > sentAt);
      expect(await room.buy(product, { userId, key, quantity })).toMatchObject({ __typename: kind });
      await relieve();
      expect(await deliverLate(room, { product, userId, key, quantity }, sentAt)).not.toMatch(/Confirmed/);
      expect(await room.buy(product, { userId, key, quantity, at: 1 })).toMatchObject({
        __typename: 'PurchaseConfirmed',
        replayed: false,
      });
    },
  );

  it('binds an attempt that was held up right before it reserved', async () => {
    const product = await room.sell({ units: 1 });
    const [userId, key, other] = [randomUUID(), newKey(), newKey()];
    await room.buy(product, { userId, key: other });
    const { services } = await room.services();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const read = services.products.read.bind(services.products);
    services.products.read = async (id) => {
      const found = await read(id);
      await released;
      return found;
    };
    const first = services.purchases.buy(
      newAttempt(userId, key, [{ productId: product, quantity: 1 }], 15_000),
    );
    expect(await room.buy(product, { userId, key })).toMatchObject({ __typename: 'SoldOut' });
    await room.restock(product, 5);
    release();
    expect(await first).toMatchObject({ __typename: 'Busy' });
    expect(await room.books(product)).toMatchObject({ orders: 1 });
  });

  it('is not shared by an attempt that begins after its decision, while it is made final', async () => {
    const product = await room.sell({ units: 1 });
    await room.buy(product);
    const { services } = await room.services();
    const lookup = holdLookups(services);
    const [userId, key] = [randomUUID(), newKey()];
    const attempt = () => newAttempt(userId, key, [{ productId: product, quantity: 1 }], 15_000);
    const refused = services.purchases.buy(attempt());
    await lookup.begun;
    await room.restock(product, 5);
    const later = services.purchases.buy(attempt());
    lookup.release();
    expect(await refused).toMatchObject({ __typename: 'SoldOut' });
    expect(await later).toMatchObject({ __typename: 'Busy' });
    expect(await room.buy(product, { userId, key })).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: false,
    });
  });

  // The strategy `row` has no reservation that Redis could lose.
  const itWithReservations = STOCK_STRATEGY === 'row' ? () => undefined : it;
  itWithReservations('is left open where Redis comes back older before it is remembered', async () => {
    const product = await room.sell({ units: 1 });
    const [userId, key] = [randomUUID(), newKey()];
    await room.buy(product);
    const { services } = await room.services();
    const lookup = holdLookups(services);
    const refused = services.purchases.buy(
      newAttempt(userId, key, [{ productId: product, quantity: 1 }], 15_000),
    );
    await lookup.begun;
    await room.restock(product, 5);
    expect(await room.buy(product, { userId, key })).toMatchObject({ __typename: 'PurchaseConfirmed' });

    // Without the reservation, and of another server.
    const gate = (await room.redis.get(room.key(product, 'gate')))!;
    await room.redis.del(room.key(product, `${Number.parseInt(gate, 10)}:records`));
    await room.redis.set(room.key(product, 'gate'), gate.replace(/:.*/, `:${'0'.repeat(80)}`));
    lookup.release();
    expect(await refused).toMatchObject({ __typename: 'OutcomeUnknown' });
  });

  it('is never beside a confirmation, for twins that arrive while a sale opens', async () => {
    const opensAt = Date.now() + 3_000;
    const product = await room.sell({ units: 1_000, opensAt: new Date(opensAt) });
    const random = randomFrom(opensAt);
    const twins: Promise<readonly string[]>[] = [];
    await waitUntil('the opening to be near', () => Date.now() > opensAt - 100);
    while (twins.length < 150 && Date.now() < opensAt + 200) {
      const [userId, key] = [randomUUID(), newKey()];
      const both = [random(2), random(2)].map((at) => room.buy(product, { userId, key, at }));
      twins.push(Promise.all(both).then((answers) => answers.map(({ __typename }) => __typename)));
      // As far apart as an answer of Redis takes.
      await room.redis.ping();
    }
    const pairs = await Promise.all(twins);
    const both = pairs.filter((pair) => pair.includes('SaleNotOpen') && pair.includes('PurchaseConfirmed'));
    expect(both).toEqual([]);
    const confirmed = pairs.filter((pair) => pair.includes('PurchaseConfirmed')).length;
    expect(await room.books(product)).toMatchObject({ orders: confirmed });
  });
});

describe('a refused checkout of the wishlist', () => {
  const room = useOrderRoom(useStores(), { orders: 2 });

  it.each([
    ['SoldOut', async (who: Buyer, product: string) => void (await who.add(product)), 0],
    ['WishlistEmpty', async () => undefined, 5],
  ])('as %s binds an attempt that was on its way, whatever that would buy', async (kind, fill, units) => {
    const product = await room.sell({ units });
    const [who, key, sentAt] = [new Buyer(room), newKey(), Date.now()];
    await fill(who, product);
    expect(await who.checkout(key)).toMatchObject({ __typename: kind });
    if (units === 0) await room.restock(product, 5);
    await who.add(await room.sell());
    const late = await callSigned(
      subgraphAt('order', room.orders[1]!.url),
      {
        query: 'mutation ($input: CheckoutWishlistInput!) { checkoutWishlist(input: $input) { __typename } }',
        variables: { input: { idempotencyKey: key } },
      },
      identityOf(buyer(who.userId), 10_000),
      sentAt,
    );
    expect(await late.text()).toMatch(/"Busy"/);
    expect(await who.checkout(key, 1)).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: false });
  });
});

/** Sends a purchase to the second process as a router signed it then. @returns its answer */
async function deliverLate(
  room: OrderRoom,
  { product, userId, key, quantity }: { product: string; userId: string; key: string; quantity: number },
  sentAt: number,
): Promise<string> {
  const reply = await callSigned(
    subgraphAt('order', room.orders[1]!.url),
    {
      query: 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }',
      variables: { input: { productId: product, quantity, idempotencyKey: key } },
    },
    identityOf(buyer(userId), 15_000),
    sentAt,
  );
  return reply.text();
}
