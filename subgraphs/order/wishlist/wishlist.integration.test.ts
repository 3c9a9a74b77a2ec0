import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { unknown } from '../purchase/outcomes.ts';
import { checkoutWishlist } from './checkout-wishlist.ts';

const bed = useOrderTestBed(useStores(), { orders: 2 });

const quantities = (wishlist: readonly { readonly quantity: number }[] | undefined) =>
  wishlist?.map(({ quantity }) => quantity);

describe('a wishlist', () => {
  it('adds to a quantity, sets it, and removes a product', async () => {
    const [one, two, buyer] = [await bed.sell(), await bed.sell(), new Buyer(bed)];
    await buyer.add(one);
    await buyer.add(two, 5);
    expect(await buyer.add(one, 2)).toMatchObject({
      __typename: 'WishlistUpdated',
      wishlist: [
        { quantity: 3, product: { id: one } },
        { quantity: 5, product: { id: two } },
      ],
    });
    expect(quantities((await buyer.set(two, 1)).wishlist)).toEqual([3, 1]);
    expect(quantities((await buyer.remove(one)).wishlist)).toEqual([1]);
    expect(quantities((await buyer.remove(one)).wishlist)).toEqual([1]);
  });

  it('is empty for anyone but its user', async () => {
    const buyer = new Buyer(bed);
    await buyer.add(await bed.sell());
    expect(await buyer.wishlist()).toHaveLength(1);
    expect(await new Buyer(bed).wishlist(buyer.userId)).toEqual([]);
  });

  it('has nothing on it that does not exist', async () => {
    const buyer = new Buyer(bed);
    expect(await buyer.add(randomUUID())).toMatchObject({ __typename: 'ProductNotFound' });
    expect(await buyer.set(await bed.sell(), 2)).toMatchObject({ __typename: 'ProductNotFound' });
  });

  it('says everything that is wrong with its input', async () => {
    const answer = await new Buyer(bed).add('no id', 0);
    expect(answer.problems?.map(({ path }) => path)).toEqual(['productId', 'quantity']);
  });

  it('loses nothing that is added at the same time, and takes no more than it holds', async () => {
    const [product, buyer] = [await bed.sell(), new Buyer(bed)];
    await Promise.all(Array.from({ length: 20 }, () => buyer.add(product)));
    expect(quantities(await buyer.wishlist())).toEqual([20]);
    const answer = await buyer.add(product, 1_000_000);
    expect(answer.problems?.map(({ path }) => path)).toEqual(['quantity']);
    expect(quantities(await buyer.wishlist())).toEqual([20]);
  });

  it('holds at most a hundred products', async () => {
    const [product, buyer] = [await bed.sell({ units: 0 }), new Buyer(bed)];
    const user = Buffer.from(buyer.userId.replaceAll('-', ''), 'hex');
    await bed.pool.query('INSERT INTO wishlist_item (user_id, product_id, quantity, added_at) VALUES ?', [
      Array.from({ length: 99 }, (_, i) => [user, Buffer.alloc(16, i), 1, new Date()]),
    ]);
    const other = await bed.sell({ units: 0 });
    const answers = await Promise.all([buyer.add(product), buyer.add(other)]);
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['InvalidInput', 'WishlistUpdated']);
    expect(await buyer.checkout()).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'wishlist' }],
    });
  });
});

describe('the checkout of a wishlist', () => {
  it('is one order for everything, and leaves the wishlist empty', async () => {
    const [one, two, buyer] = [await bed.sell({ price: 300 }), await bed.sell({ price: 50 }), new Buyer(bed)];
    await buyer.add(one, 2);
    await buyer.add(two);
    const key = newKey();
    const answer = await buyer.checkout(key);
    expect(answer).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: false,
      order: { total: { amount: 650 } },
    });
    expect(answer.order?.items).toHaveLength(2);
    expect(await buyer.wishlist()).toEqual([]);
    expect(await bed.ledger(one)).toMatchObject({ sold: 2 });
    expect(await bed.ledger(two)).toMatchObject({ sold: 1 });

    await buyer.add(one, 4);
    expect(await buyer.checkout(key, 1)).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: true,
      order: { id: answer.order!.id },
    });
    expect(quantities(await buyer.wishlist())).toEqual([4]);
  });

  it('of an empty wishlist is refused, unless the key has bought', async () => {
    const [product, buyer, key] = [await bed.sell(), new Buyer(bed), newKey()];
    expect(await buyer.checkout(key)).toMatchObject({ __typename: 'WishlistEmpty' });
    await buyer.add(product);
    expect(await buyer.checkout(key)).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: false });
    expect(await buyer.checkout(key)).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: true });
    expect(await buyer.checkout()).toMatchObject({ __typename: 'WishlistEmpty' });
  });

  it('is one order, however often and wherever it is requested at once', async () => {
    const [one, two, buyer, key] = [await bed.sell(), await bed.sell(), new Buyer(bed), newKey()];
    await buyer.add(one);
    await buyer.add(two);
    const checkout = async (subgraph: number) => {
      // While another process makes the stock ready, for instance.
      for (;;) {
        const result = await buyer.checkout(key, subgraph);
        if (result.__typename !== 'Busy') return result;
      }
    };
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => checkout(i % 2)));
    expect([...new Set(answers.map(({ __typename, order }) => `${__typename} ${order?.id}`))]).toHaveLength(
      1,
    );
    expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
    expect(await bed.ledger(one)).toMatchObject({ sold: 1 });
    expect(await bed.ledger(two)).toMatchObject({ sold: 1 });
    expect(await buyer.wishlist()).toEqual([]);
  });

  it('buys nothing when one of its products cannot be had', async () => {
    const [enough, tooFew] = [await bed.sell({ units: 5 }), await bed.sell({ units: 1 })];
    const buyer = new Buyer(bed);
    await buyer.add(enough, 2);
    await buyer.add(tooFew, 2);
    expect(await buyer.checkout()).toMatchObject({ __typename: 'SoldOut', productId: tooFew });
    expect(await bed.ledger(enough)).toMatchObject({ sold: 0, orders: 0 });
    await waitUntil(
      'the first product to be released',
      () => bed.stock(enough),
      ({ remaining, reserved }) => remaining === 5 && reserved === 0,
    );
    expect(quantities(await buyer.wishlist())).toEqual([2, 2]);
  });

  it('is refused as sold out, and not abandoned, when a product never had stock', async () => {
    const [one, never, key] = [await bed.sell(), await bed.sell({ units: 0 }), newKey()];
    const buyer = new Buyer(bed);
    await buyer.add(one);
    await buyer.add(never);
    expect(await buyer.checkout(key)).toMatchObject({ __typename: 'SoldOut', productId: never });
    await buyer.remove(never);
    // `Busy` while the clocks do not say for certain that this attempt began after the refusal.
    const answer = await waitUntil(
      'a final answer',
      () => buyer.checkout(key),
      ({ __typename }) => __typename !== 'Busy',
    );
    expect(answer).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });

  it('makes every product ready before it reserves the first', async () => {
    const [one, two, buyer] = [await bed.sell(), await bed.sell(), new Buyer(bed)];
    await buyer.add(one);
    await buyer.add(two);
    await bed.redis.del(bed.key(one, 'gate'), bed.key(two, 'gate'));
    expect(await buyer.checkout()).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });

  it('requires one currency', async () => {
    const [won, dollar, buyer] = [await bed.sell(), await bed.sell({ currency: 'USD' }), new Buyer(bed)];
    await buyer.add(won);
    await buyer.add(dollar);
    const answer = await buyer.checkout();
    expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: 'wishlist' }] });
    await buyer.remove(dollar);
    expect(await buyer.checkout()).toMatchObject({ __typename: 'PurchaseConfirmed' });
  });

  it('and a purchase do not share a key', async () => {
    const [product, buyer] = [await bed.sell(), new Buyer(bed)];
    const [checkoutKey, purchaseKey] = [newKey(), newKey()];
    await buyer.add(product);
    await buyer.checkout(checkoutKey);
    expect(await bed.buy(product, { userId: buyer.userId, key: checkoutKey })).toMatchObject({
      __typename: 'IdempotencyKeyReused',
    });
    await bed.buy(product, { userId: buyer.userId, key: purchaseKey });
    await buyer.add(product);
    expect(await buyer.checkout(purchaseKey)).toMatchObject({ __typename: 'IdempotencyKeyReused' });
    expect(quantities(await buyer.wishlist())).toEqual([1]);
    expect(await buyer.checkout('short')).toMatchObject({ problems: [{ path: 'idempotencyKey' }] });
  });

  it('whose outcome is unknown buys the same when it is requested again, whatever became of the wishlist', async () => {
    const [product, other, buyer, key] = [await bed.sell(), await bed.sell(), new Buyer(bed), newKey()];
    const { services, as } = await bed.services();
    await buyer.add(product, 2);
    services.purchases.buy = () => Promise.resolve(unknown);
    expect(await checkoutWishlist({ idempotencyKey: key }, as(buyer.userId))).toEqual(unknown);
    await buyer.remove(product);
    await buyer.add(other);
    expect(await buyer.checkout(key)).toMatchObject({
      __typename: 'PurchaseConfirmed',
      order: { items: [{ quantity: 2, product: { id: product } }] },
    });
    expect(await buyer.wishlist()).toMatchObject([{ product: { id: other } }]);
  });

  it('that ended before the wishlist was emptied is made up for under its key', async () => {
    const [product, buyer, key] = [await bed.sell(), new Buyer(bed), newKey()];
    const { services, as } = await bed.services();
    await buyer.add(product, 3);
    // As if the process had ended right after the order was confirmed.
    services.checkouts.finish = () => Promise.reject(new Error('gone'));
    expect(await checkoutWishlist({ idempotencyKey: key }, as(buyer.userId))).toMatchObject({
      __typename: 'PurchaseConfirmed',
    });
    await buyer.add(product, 2);
    expect(quantities(await buyer.wishlist())).toEqual([5]);
    expect(await buyer.checkout(key)).toMatchObject({ replayed: true });
    expect(await buyer.checkout(key)).toMatchObject({ replayed: true });
    expect(quantities(await buyer.wishlist())).toEqual([2]);
  });

  it('that one attempt buys takes off what it bought, though another one was refused meanwhile', async () => {
    const [product, other] = [await bed.sell({ units: 0 }), await bed.sell()];
    const [buyer, key] = [new Buyer(bed), newKey()];
    await buyer.add(product, 2);
    const { services, as } = await bed.services();
    const buy = services.purchases.buy.bind(services.purchases);
    services.purchases.buy = async (attempt) => {
      expect(await buyer.checkout(key, 1)).toMatchObject({ __typename: 'SoldOut' });
      await bed.restock(product, 5);
      await buyer.add(other);
      // As an attempt that began right after the refusal; one that began before buys nothing.
      return buy({ ...attempt, startedAt: performance.now() });
    };
    expect(await checkoutWishlist({ idempotencyKey: key }, as(buyer.userId))).toMatchObject({
      __typename: 'PurchaseConfirmed',
    });
    expect(await buyer.wishlist()).toMatchObject([{ product: { id: other } }]);
    await buyer.add(product, 3);
    expect(await buyer.checkout(key)).toMatchObject({ replayed: true });
    expect(quantities(await buyer.wishlist())).toEqual([1, 3]);
  });
});
