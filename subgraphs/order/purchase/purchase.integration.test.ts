import { randomUUID } from 'node:crypto';
import { callSigned, identityOf } from '../../../platform/identity/testing/signed-request.ts';
import { describe, expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { countAnswers, newKey } from '../../../tests/harness/shop.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { buyer, subgraphAt } from '../../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const bed = useOrderTestBed(useStores(), { orders: 2 });

describe('a purchase', () => {
  it('is an order, and takes a unit, once it is confirmed', async () => {
    const product = await bed.sell({ units: 3 });
    const answer = await bed.buy(product);
    expect(answer).toMatchObject({
      __typename: 'PurchaseConfirmed',
      replayed: false,
      order: { status: 'PENDING_PAYMENT' },
    });
    expect(await bed.ledger(product)).toMatchObject({ sold: 1, orders: 1 });
    await waitUntil(
      'Redis to have confirmed',
      () => bed.stock(product),
      ({ sold, reserved }) => sold === 1 && reserved === 0,
    );
  });

  it('is given once under a key, however often and wherever it is requested', async () => {
    const product = await bed.sell({ units: 10 });
    const [userId, key] = [randomUUID(), newKey()];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => bed.buy(product, { userId, key, at: i % 2 })),
    );
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 50 });
    expect(new Set(answers.map(({ order }) => order?.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed).length).toBe(1);
    expect(await bed.ledger(product)).toMatchObject({ sold: 1, orders: 1 });
    await waitUntil(
      'no reservation to be left',
      () => bed.stock(product),
      ({ reserved, sold }) => reserved === 0 && sold === 1,
    );
  });

  it('of another quantity or product under a used key is refused', async () => {
    const [product, other] = [await bed.sell(), await bed.sell()];
    const [userId, key] = [randomUUID(), newKey()];
    await bed.buy(product, { userId, key });
    expect(await bed.buy(product, { userId, key, quantity: 2 })).toMatchObject({
      __typename: 'IdempotencyKeyReused',
    });
    expect(await bed.buy(other, { userId, key })).toMatchObject({ __typename: 'IdempotencyKeyReused' });
    await waitUntil(
      'nothing to stay reserved',
      () => bed.stock(other),
      ({ remaining }) => remaining === 10,
    );
  });

  it('never sells more than there is, with 400 buyers at two processes', async () => {
    const product = await bed.sell({ units: 100 });
    const answers = await Promise.all(Array.from({ length: 400 }, (_, i) => bed.buy(product, { at: i % 2 })));
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 100, SoldOut: 300 });
    expect(await bed.ledger(product)).toMatchObject({ sold: 100, orders: 100 });
  });

  it('keeps to the limit of a buyer, over many keys at once', async () => {
    const product = await bed.sell({ units: 100, purchaseLimit: 2 });
    const userId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => bed.buy(product, { userId, at: i % 2 })),
    );
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 2, PurchaseLimitExceeded: 48 });
    expect(answers.find(({ __typename }) => __typename === 'PurchaseLimitExceeded')).toMatchObject({
      alreadyHeld: 2,
    });
  });

  it('that is processed after the timeout of its sender buys nothing, later on either', async () => {
    const product = await bed.sell({ units: 1 });
    const [userId, key] = [randomUUID(), newKey()];
    // As one that lay in the queue of a process that was frozen.
    const reply = await callSigned(
      subgraphAt('order', bed.orders[0]!.url),
      {
        query: 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }',
        variables: { input: { productId: product, quantity: 1, idempotencyKey: key } },
      },
      identityOf(buyer(userId), 1_000),
      Date.now() - 2_500,
    );
    expect(await reply.text()).toMatch(/Busy|OutcomeUnknown/);
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await bed.buy(product, { userId, key })).toMatchObject({ __typename: 'SoldOut' });
  });

  it('before the sale opens or after it closes is refused with the time', async () => {
    const [later, over] = [new Date(Date.now() + 600_000), new Date(Date.now() - 1_000)];
    const upcoming = await bed.sell({ opensAt: later });
    expect(await bed.buy(upcoming)).toMatchObject({
      __typename: 'SaleNotOpen',
      opensAt: later.toISOString(),
    });
    const closed = await bed.sell({ closesAt: over });
    expect(await bed.buy(closed)).toMatchObject({ __typename: 'SaleClosed', closedAt: over.toISOString() });
  });

  it('of a product that does not exist, or has no stock, is refused', async () => {
    expect(await bed.buy(randomUUID())).toMatchObject({ __typename: 'ProductNotFound' });
    expect(await bed.buy(await bed.sell({ units: 0 }))).toMatchObject({ __typename: 'SoldOut' });
  });

  it.each([
    ['quantity 0', { quantity: 0 }, 'quantity'],
    ['quantity -1', { quantity: -1 }, 'quantity'],
    ['quantity 2147483647', { quantity: 2_147_483_647 }, 'quantity'],
    ['a short key', { key: 'short' }, 'idempotencyKey'],
    ['a long key', { key: 'k'.repeat(65) }, 'idempotencyKey'],
    ['a key with odd characters', { key: "'; DROP TABLE orders" }, 'idempotencyKey'],
    ['a key that ends in a line break', { key: `${newKey()}\n` }, 'idempotencyKey'],
  ])('with %s is invalid input', async (_, input, path) => {
    const answer = await bed.buy(randomUUID(), input);
    expect(answer.__typename).toBe('InvalidInput');
    expect(answer.problems?.map((problem) => problem.path)).toEqual([path]);
  });

  it('names every problem of its input', async () => {
    const answer = await bed.buy('no product', { quantity: 0, key: 'short' });
    expect(answer.problems?.map(({ path }) => path).sort()).toEqual([
      'idempotencyKey',
      'productId',
      'quantity',
    ]);
  });

  it('that was confirmed is confirmed again, though its price has changed beyond what an order may cost', async () => {
    const product = await bed.sell({ units: 10 });
    const [userId, key] = [randomUUID(), newKey()];
    const { order } = await bed.buy(product, { userId, key, quantity: 5 });
    await bed.reprice(product, 2_000_000_000);
    await waitUntil(
      'the new price to be known',
      () => bed.buy(product, { quantity: 5 }),
      ({ __typename }) => __typename === 'InvalidInput',
    );
    expect(await bed.buy(product, { userId, key, quantity: 5 })).toMatchObject({
      replayed: true,
      order: { id: order!.id },
    });
  });

  it('whose total would be no Int is invalid input', async () => {
    const product = await bed.sell({ units: 1_000, price: 2_000_000_000 });
    expect(await bed.buy(product, { quantity: 2 })).toMatchObject({ __typename: 'InvalidInput' });
  });
});
