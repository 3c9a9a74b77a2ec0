import { describe, expect, it } from 'vitest';
import { newKey, openSale } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

const stack = useStack(useStores());
const A_SECOND = 1_000;

const PURCHASE = `mutation ($input: PurchaseInput!) { purchase(input: $input) {
  __typename ... on PurchaseConfirmed { order { total { amount } items { productName } } }
} }`;

async function buy(
  productId: string,
): Promise<{ __typename: string; order?: { total: { amount: number } } }> {
  const reply = await stack.execute(
    PURCHASE,
    { input: { productId, idempotencyKey: newKey() } },
    stack.mint.buyer(),
  );
  return reply.data?.['purchase'] as never;
}

/** Buys without a pause, so that whatever remembers products is kept busy, until a purchase begins a second after the change. */
async function buyASecondLater(productId: string, changedAt: number) {
  for (;;) {
    const isLate = performance.now() - changedAt >= A_SECOND;
    const answer = await buy(productId);
    if (isLate) return answer;
  }
}

async function change(mutation: string, input: object): Promise<number> {
  const reply = await stack.execute(mutation, { input }, stack.mint.administrator());
  expect(JSON.stringify(reply.data)).toContain('ProductSaved');
  return performance.now();
}

describe('a change of a product shows in purchases within a second', () => {
  it('when its price changes', async () => {
    const product = await openSale(stack, { units: 100_000 });
    expect(await buy(product)).toMatchObject({ order: { total: { amount: 12_000 } } });
    const changedAt = await change(
      'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { __typename } }',
      { id: product, price: { amount: 9_000 } },
    );
    expect(await buyASecondLater(product, changedAt)).toMatchObject({ order: { total: { amount: 9_000 } } });
  });

  it('when it is withdrawn: purchases are refused, and orders that contain it keep working', async () => {
    const product = await openSale(stack, { units: 100_000, name: 'Withdrawn later' });
    const token = stack.mint.buyer();
    const key = newKey();
    const input = { productId: product, idempotencyKey: key };
    await stack.execute(PURCHASE, { input }, token);
    const changedAt = await change(
      'mutation ($input: WithdrawProductInput!) { withdrawProduct(input: $input) { __typename } }',
      { id: product },
    );
    expect(await buyASecondLater(product, changedAt)).toMatchObject({ __typename: 'SaleClosed' });
    expect((await stack.execute(PURCHASE, { input }, token)).data).toMatchObject({
      purchase: { __typename: 'PurchaseConfirmed', order: { items: [{ productName: 'Withdrawn later' }] } },
    });
  });
});

describe('the catalog', () => {
  it('is found by filter, order and words, and counted, page by page', async () => {
    for (const name of ['Tea bowl, blue', 'Tea bowl, white', 'Tea pot'])
      await openSale(stack, { units: 1, name });
    const query = `query ($after: String) {
      products(first: 2, after: $after, filter: { search: "tea", status: OPEN }, orderBy: PRICE_ASCENDING) {
        totalCount nodes { name } pageInfo { hasNextPage endCursor }
      }
    }`;
    const names: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await stack.execute(query, { after });
      const page = data!['products'] as {
        totalCount: number;
        nodes: { name: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      expect(page.totalCount).toBe(3);
      names.push(...page.nodes.map(({ name }) => name));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(names.sort()).toEqual(['Tea bowl, blue', 'Tea bowl, white', 'Tea pot']);
  });

  it('reports every problem in the input of an administrator, and stores nothing', async () => {
    const before = await stack.execute('{ products { totalCount } }');
    const reply = await stack.execute(
      `mutation ($input: CreateProductInput!) { createProduct(input: $input) {
        __typename ... on InvalidInput { problems { path } }
      } }`,
      {
        input: {
          name: '',
          type: 'FLASH_SALE',
          price: { amount: -1 },
          opensAt: '2030-01-02T00:00:00Z',
          closesAt: '2030-01-01T00:00:00Z',
          purchaseLimit: 0,
        },
      },
      stack.mint.administrator(),
    );
    const { problems } = reply.data!['createProduct'] as { problems: { path: string }[] };
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'closesAt',
      'name',
      'price.amount',
      'purchaseLimit',
    ]);
    expect((await stack.execute('{ products { totalCount } }')).data).toEqual(before.data);
  });
});
