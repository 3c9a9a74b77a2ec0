import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callSigned, identityOf } from '../../../platform/identity/testing/signed-request.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed, type OrderTestBed } from '../testing/order-test-bed.ts';
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
const REFUSALS: Record<string, (bed: OrderTestBed) => Promise<Refusal>> = {
  SaleNotOpen: async (bed) => {
    const product = await bed.sell({ opensAt: new Date(Date.now() + 600_000) });
    const opensAt = new Date(Date.now() - 1_000).toISOString();
    return { product, userId: randomUUID(), relieve: () => changeTerms(bed, product, { opensAt }) };
  },
  SaleClosed: async (bed) => {
    const product = await bed.sell({ closesAt: new Date(Date.now() - 1_000) });
    const closesAt = new Date(Date.now() + 60_000).toISOString();
    return { product, userId: randomUUID(), relieve: () => changeTerms(bed, product, { closesAt }) };
  },
  SoldOut: async (bed) => {
    const product = await bed.sell({ units: 1 });
    await bed.buy(product);
    return { product, userId: randomUUID(), relieve: () => bed.restock(product, 5) };
  },
  PurchaseLimitExceeded: async (bed) => {
    const [product, userId] = [await bed.sell({ purchaseLimit: 1 }), randomUUID()];
    await bed.buy(product, { userId });
    return { product, userId, relieve: () => changeTerms(bed, product, { purchaseLimit: 3 }) };
  },
  InvalidInput: async (bed) => {
    const product = await bed.sell({ price: 2 ** 30 });
    return { product, quantity: 2, userId: randomUUID(), relieve: () => bed.reprice(product, 10) };
  },
};

/** The new terms are known to every process within a second; until then purchases under other keys show the old ones. */
async function changeTerms(bed: OrderTestBed, product: string, change: object): Promise<void> {
  await bed.changeTerms(product, change);
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
  const bed = useOrderTestBed(useStores(), {
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
      const { product, quantity = 1, userId, relieve } = await prepare(bed);
      const key = newKey();
      const sentAt = Date.now();
      await waitUntil('the next millisecond', () => Date.now() > sentAt);
      expect(await bed.buy(product, { userId, key, quantity })).toMatchObject({ __typename: kind });
      await relieve();
      expect(await deliverLate(bed, { product, userId, key, quantity }, sentAt)).not.toMatch(/Confirmed/);
      expect(await bed.buy(product, { userId, key, quantity, at: 1 })).toMatchObject({
        __typename: 'PurchaseConfirmed',
        replayed: false,
      });
    },
  );

  it('binds an attempt that was held up right before it reserved', async () => {
    const product = await bed.sell({ units: 1 });
    const [userId, key, other] = [randomUUID(), newKey(), newKey()];
    await bed.buy(product, { userId, key: other });
    const { services } = await bed.services();
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
    expect(await bed.buy(product, { userId, key })).toMatchObject({ __typename: 'SoldOut' });
    await bed.restock(product, 5);
    release();
    expect(await first).toMatchObject({ __typename: 'Busy' });
    expect(await bed.ledger(product)).toMatchObject({ orders: 1 });
  });

  it('is not shared by an attempt that begins after its decision, while it is made final', async () => {
    const product = await bed.sell({ units: 1 });
    await bed.buy(product);
    const { services } = await bed.services();
    const lookup = holdLookups(services);
    const [userId, key] = [randomUUID(), newKey()];
    const attempt = () => newAttempt(userId, key, [{ productId: product, quantity: 1 }], 15_000);
    const refused = services.purchases.buy(attempt());
    await lookup.begun;
    await bed.restock(product, 5);
    const later = services.purchases.buy(attempt());
    lookup.release();
    expect(await refused).toMatchObject({ __typename: 'SoldOut' });
    expect(await later).toMatchObject({ __typename: 'Busy' });
    expect(await bed.buyWithRetries(product, { userId, key })).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: false,
    });
  });

  // The strategy `row` has no reservation that Redis could lose.
  const itWithReservations = STOCK_STRATEGY === 'row' ? () => undefined : it;
  itWithReservations('is left open where Redis comes back older before it is remembered', async () => {
    const product = await bed.sell({ units: 1 });
    const [userId, key] = [randomUUID(), newKey()];
    await bed.buy(product);
    const { services } = await bed.services();
    const lookup = holdLookups(services);
    const refused = services.purchases.buy(
      newAttempt(userId, key, [{ productId: product, quantity: 1 }], 15_000),
    );
    await lookup.begun;
    await bed.restock(product, 5);
    expect(await bed.buy(product, { userId, key })).toMatchObject({ __typename: 'PurchaseConfirmed' });

    // Without the reservation, and of another server.
    const gate = (await bed.redis.get(bed.key(product, 'gate')))!;
    await bed.redis.del(bed.key(product, `${Number.parseInt(gate, 10)}:records`));
    await bed.redis.set(bed.key(product, 'gate'), gate.replace(/:.*/, `:${'0'.repeat(80)}`));
    lookup.release();
    expect(await refused).toMatchObject({ __typename: 'OutcomeUnknown' });
  });

  it('is never beside a confirmation, for twins that arrive while a sale opens', async () => {
    const opensAt = Date.now() + 3_000;
    const product = await bed.sell({ units: 1_000, opensAt: new Date(opensAt) });
    const random = randomFrom(opensAt);
    const twins: Promise<readonly string[]>[] = [];
    await waitUntil('the opening to be near', () => Date.now() > opensAt - 100);
    while (twins.length < 150 && Date.now() < opensAt + 200) {
      const [userId, key] = [randomUUID(), newKey()];
      const both = [random(2), random(2)].map((at) => bed.buy(product, { userId, key, at }));
      twins.push(Promise.all(both).then((answers) => answers.map(({ __typename }) => __typename)));
      // As far apart as an answer of Redis takes.
      await bed.redis.ping();
    }
    const pairs = await Promise.all(twins);
    const both = pairs.filter((pair) => pair.includes('SaleNotOpen') && pair.includes('PurchaseConfirmed'));
    expect(both).toEqual([]);
    const confirmed = pairs.filter((pair) => pair.includes('PurchaseConfirmed')).length;
    expect(await bed.ledger(product)).toMatchObject({ orders: confirmed });
  });
});

describe('a refused checkout of the wishlist', () => {
  const bed = useOrderTestBed(useStores(), { orders: 2 });

  it.each([
    ['SoldOut', async (who: Buyer, product: string) => void (await who.add(product)), 0],
    ['WishlistEmpty', async () => undefined, 5],
  ])('as %s binds an attempt that was on its way, whatever that would buy', async (kind, fill, units) => {
    const product = await bed.sell({ units });
    const [who, key, sentAt] = [new Buyer(bed), newKey(), Date.now()];
    await fill(who, product);
    expect(await who.checkout(key)).toMatchObject({ __typename: kind });
    if (units === 0) await bed.restock(product, 5);
    await who.add(await bed.sell());
    const late = await callSigned(
      subgraphAt('order', bed.orders[1]!.url),
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
  bed: OrderTestBed,
  { product, userId, key, quantity }: { product: string; userId: string; key: string; quantity: number },
  sentAt: number,
): Promise<string> {
  const reply = await callSigned(
    subgraphAt('order', bed.orders[1]!.url),
    {
      query: 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }',
      variables: { input: { productId: product, quantity, idempotencyKey: key } },
    },
    identityOf(buyer(userId), 15_000),
    sentAt,
  );
  return reply.text();
}
