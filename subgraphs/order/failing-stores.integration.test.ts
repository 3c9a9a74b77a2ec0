import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMIT, useMysqlProxy } from '../../tests/harness/store-proxy.ts';
import { useOrderTestBed } from './testing/order-test-bed.ts';
import { newKey } from '../../tests/harness/shop.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { administrator, buyer } from '../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';

const { proxy, stores } = useMysqlProxy(useStores());
const bed = useOrderTestBed(stores);

const RESTOCK = 'mutation ($input: RestockInput!) { restock(input: $input) { __typename } }';
const restock = (productId: string, idempotencyKey = newKey()) =>
  bed.execute(RESTOCK, { input: { productId, change: 1, idempotencyKey } }, { caller: administrator });

describe('a connection to MySQL that is lost', () => {
  it('leaves open whether a mutation has taken effect, and the answer says so', async () => {
    const product = await bed.sell({ units: 1 });
    const keys: string[] = [];
    // A job of the process may commit first.
    const errors = await waitUntil('the COMMIT of a restock to be lost', async () => {
      keys.push(newKey());
      proxy.nextWith(COMMIT, 'loseReply');
      return (await restock(product, keys.at(-1))).errors;
    });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('may or may not have happened') as string,
        extensions: { code: 'UNAVAILABLE', outcome: 'UNKNOWN', retryAfterMs: expect.any(Number) as number },
      },
    ]);
    expect((await restock(product, keys.at(-1))).data).toEqual({ restock: { __typename: 'Restocked' } });
    expect(await bed.ledger(product)).toMatchObject({ total: 1 + keys.length });
  });

  it('leaves nothing open where a query was lost', async () => {
    // A job of the process may read orders first.
    const errors = await waitUntil('the look-up of an order to be lost', async () => {
      proxy.nextWith('FROM orders', 'cut');
      const query = 'query ($id: ID!) { order(id: $id) { id } }';
      return (await bed.execute(query, { id: randomUUID() }, { caller: buyer() })).errors;
    });
    expect(errors).toMatchObject([
      { extensions: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) as number } },
    ]);
    expect(errors![0]!.extensions).not.toHaveProperty('outcome');
  });
});

describe('a server that takes no writes', () => {
  afterAll(() => bed.pool.query('DROP TRIGGER IF EXISTS refuse'));

  it('makes a checkout that cannot begin Busy, since nothing was bought', async () => {
    const product = await bed.sell({ units: 1 });
    const caller = buyer();
    const mutate = (name: string, type: string, input: object) =>
      bed.execute(
        `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`,
        { input },
        { caller },
      );
    await mutate('addToWishlist', 'WishlistItemInput', { productId: product });
    await bed.pool.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON wishlist_checkout FOR EACH ROW
       SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'refused'`,
    );
    const checkout = { idempotencyKey: newKey() };
    expect((await mutate('checkoutWishlist', 'CheckoutWishlistInput', checkout)).data).toEqual({
      checkoutWishlist: { __typename: 'Busy' },
    });
    await bed.pool.query('DROP TRIGGER refuse');
    expect((await mutate('checkoutWishlist', 'CheckoutWishlistInput', checkout)).data).toEqual({
      checkoutWishlist: { __typename: 'PurchaseConfirmed' },
    });
  });
});

describe('an error of the server of which nothing is known', () => {
  const UNAVAILABLE = [
    { extensions: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) as number } },
  ] as const;

  it.each([1644, 1105, 1461, 4999])('is a store that refuses: %i', async (errno) => {
    const product = await bed.sell({ units: 1 });
    await bed.pool.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON stock_movement FOR EACH ROW
       SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'refused'`,
    );
    const key = newKey();
    const { errors } = await restock(product, key);
    await bed.pool.query('DROP TRIGGER refuse');
    expect(errors).toMatchObject(UNAVAILABLE);
    expect((await restock(product, key)).data).toEqual({ restock: { __typename: 'Restocked' } });
  });

  it('so is a table that is missing while a backup is put back', async () => {
    const product = await bed.sell({ units: 1 });
    await bed.pool.query('RENAME TABLE stock_movement TO put_aside');
    const key = newKey();
    const { errors } = await restock(product, key);
    await bed.pool.query('RENAME TABLE put_aside TO stock_movement');
    expect(errors).toMatchObject(UNAVAILABLE);
    expect((await restock(product, key)).data).toEqual({ restock: { __typename: 'Restocked' } });
  });
});
