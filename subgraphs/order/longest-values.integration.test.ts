import { expect, it } from 'vitest';
import { Buyer } from './testing/order-buyer.ts';
import { useOrderTestBed } from './testing/order-test-bed.ts';
import { newKey } from '../../tests/harness/shop.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { administrator, executeAtSubgraph } from '../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';

const bed = useOrderTestBed(useStores(), { environment: { SWEEP_EVERY: '20ms' } });

const LARGEST_INT = 2 ** 31 - 1;
const longestKey = () => newKey().padEnd(64, '_');
/** Four bytes in UTF-8, and six in JSON, where a surrogate without its other half is an escape. */
const [WIDE, ESCAPED] = ['😀', '\ud800'];

const longestAddress = (character: string) => ({
  postalCode: character.repeat(20),
  line1: character.repeat(200),
  line2: character.repeat(200),
});

/** With the longest name and as many units as there can be. */
async function sell(price: number): Promise<string> {
  const product = await bed.sell({ price, units: 0 });
  const rename = 'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { __typename } }';
  await executeAtSubgraph(
    'product',
    bed.product.url,
    rename,
    { input: { id: product, name: WIDE.repeat(200) } },
    administrator,
  );
  expect(await bed.restock(product, LARGEST_INT, { idempotencyKey: longestKey() })).toMatchObject({
    __typename: 'Restocked',
  });
  return product;
}

it.each([
  ['in UTF-8', WIDE],
  ['in JSON', ESCAPED],
])(
  'the longest value of every rule %s is stored, from the purchase to the return',
  async (_in, character) => {
    const [product, buyer] = [await sell(2_147), new Buyer(bed)];
    const bought = await bed.buy(product, { userId: buyer.userId, key: longestKey(), quantity: 1_000_000 });
    expect(bought).toMatchObject({ __typename: 'PurchaseConfirmed' });
    const { id } = bought.order!;
    const prepared = await buyer.prepare(id, longestAddress(character));
    expect(prepared.order?.shippingAddress).toEqual(longestAddress(character));
    expect((await buyer.pay(id)).__typename).toBe('PaymentAccepted');
    for (const status of ['SHIPPED', 'DELIVERED']) {
      await buyer.makeDue(id);
      await waitUntil(
        status,
        () => buyer.order(id),
        (order) => order?.status === status,
      );
    }
    expect((await buyer.requestReturn(id, character.repeat(500))).__typename).toBe('ReturnRequested');
  },
);

it('the longest wishlist that can be bought is stored while it is bought', async () => {
  const buyer = new Buyer(bed);
  for (let n = 0; n < 50; n++) {
    const product = await bed.sell({ price: 1, units: 1_000_000 });
    expect((await buyer.add(product, 1_000_000)).__typename).toBe('WishlistUpdated');
  }
  expect((await buyer.checkout(longestKey())).__typename).toBe('PurchaseConfirmed');
});
