import { createPool, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../platform/uuid.ts';
import { countAnswers, newKey, openSale, purchase, purchaseToTheEnd, readStock } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stores = useStores();
const stack = useStack(stores, { processes: { order: 2 } });

async function countOrders(productId: string): Promise<number> {
  const url = new URL(stores.mysqlUrl);
  url.pathname += '_order';
  const pool = createPool(url.href);
  const [[row]] = await pool.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM order_item WHERE product_id = ?',
    [uuidToBytes(productId)],
  );
  await pool.end();
  return Number(row?.['n']);
}

describe('2,000 buyers for 500 units, through the router and two order processes', () => {
  it('500 are confirmed, 1,500 get SoldOut, and there is no other result', async () => {
    const product = await openSale(stack, { units: 500 });
    const tokens = Array.from({ length: 2_000 }, () => stack.mint.buyer());
    const answers = await Promise.all(tokens.map((token) => purchase(stack, product, token)));

    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 500, SoldOut: 1_500 });
    expect(new Set(answers.flatMap(({ order }) => order?.id ?? [])).size).toBe(500);
    expect(await countOrders(product)).toBe(500);
    await waitUntil(
      'every reservation to be settled',
      () => readStock(stack, product),
      ({ reserved }) => reserved === 0,
    );
    expect(await readStock(stack, product)).toEqual({ total: 500, sold: 500, reserved: 0, remaining: 0 });
  });

  it('the same when every request is sent twice under the same key: both name the same order', async () => {
    const product = await openSale(stack, { units: 500 });
    const buyers = Array.from({ length: 2_000 }, () => ({ token: stack.mint.buyer(), key: newKey() }));
    const pairs = await Promise.all(
      buyers.map(({ token, key }) =>
        Promise.all([
          purchaseToTheEnd(stack, product, token, key),
          purchaseToTheEnd(stack, product, token, key),
        ]),
      ),
    );

    expect(countAnswers(pairs.flat())).toEqual({ PurchaseConfirmed: 1_000, SoldOut: 3_000 });
    for (const [first, second] of pairs) expect(second.order?.id).toBe(first.order?.id);
    expect(await countOrders(product)).toBe(500);
    await waitUntil(
      'every reservation to be settled',
      () => readStock(stack, product),
      ({ reserved }) => reserved === 0,
    );
    expect(await readStock(stack, product)).toMatchObject({ sold: 500, remaining: 0 });
  });
});

describe('50 requests of one buyer under 50 keys, where two may be held', () => {
  it('exactly two are confirmed', async () => {
    const product = await openSale(stack, { units: 100, purchaseLimit: 2 });
    const token = stack.mint.buyer('0190d3a4-0000-7000-8000-00000000b0b5');
    const answers = await Promise.all(Array.from({ length: 50 }, () => purchase(stack, product, token)));
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 2, PurchaseLimitExceeded: 48 });
    expect(await countOrders(product)).toBe(2);
  });
});
