import { describe, expect, it } from 'vitest';
import { newKey, openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), { processes: { product: 1, order: 1 } });

const PURCHASE_WITH_NAME = `mutation ($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed { order { id items { quantity productName product { name } } } }
  }
}`;

/** So many purchases, one after the other. @returns how long they took, in milliseconds */
async function expectSales(product: string, count: number): Promise<number> {
  const begun = performance.now();
  for (let i = 0; i < count; i++) {
    const answer = await purchase(stack, product, stack.mint.buyer());
    expect(answer).toMatchObject({ __typename: 'PurchaseConfirmed' });
  }
  return performance.now() - begun;
}

describe('without the product subgraph', () => {
  it('that is frozen, sales go on, and a confirmation stays certain beside what cannot be read', async () => {
    const product = await openSale(stack, { units: 100 });
    await expectSales(product, 1);
    stack.product[0]!.signal('SIGSTOP');
    try {
      // Far less than a timeout for each.
      expect(await expectSales(product, 20)).toBeLessThan(10_000);

      const begun = performance.now();
      const answer = await stack.execute(
        PURCHASE_WITH_NAME,
        { input: { productId: product, idempotencyKey: newKey() } },
        stack.mint.buyer(),
      );
      expect(performance.now() - begun).toBeLessThan(8_000);
      expect(answer).toMatchObject({
        status: 200,
        data: {
          purchase: {
            __typename: 'PurchaseConfirmed',
            order: { items: [{ quantity: 1, productName: 'Lucky box', product: null }] },
          },
        },
        errors: [
          {
            message: 'This part could not be read in time. Try again later.',
            extensions: { code: 'TIMEOUT' },
          },
        ],
      });
    } finally {
      stack.product[0]!.signal('SIGCONT');
    }
    await waitUntil(
      'the name to be read again',
      () => stack.execute('query ($id: ID!) { product(id: $id) { name } }', { id: product }),
      ({ data }) => JSON.stringify(data) === '{"product":{"name":"Lucky box"}}',
      10_000,
    );
  });

  it('that was killed, sales go on, and its changes are seen when it is back', async () => {
    const product = await openSale(stack, { units: 100 });
    await expectSales(product, 1);
    const [killed] = stack.product;
    killed!.signal('SIGKILL');
    await killed!.ended();
    expect(await expectSales(product, 20)).toBeLessThan(10_000);

    const again = await stack.startService('product', { PRODUCT_PORT: new URL(killed!.url).port });
    stack.product = [again];
    await waitUntil(
      'the withdrawal',
      () =>
        stack.execute(
          'mutation ($input: WithdrawProductInput!) { withdrawProduct(input: $input) { __typename } }',
          { input: { id: product } },
          stack.mint.administrator(),
        ),
      ({ status, errors }) => status === 200 && !errors,
      10_000,
    );
    await waitUntil(
      'purchases to know of the withdrawal',
      () => purchase(stack, product, stack.mint.buyer()),
      ({ __typename }) => __typename === 'SaleClosed',
      10_000,
    );
  });
});
