import { describe, expect, it } from 'vitest';
import { mailedCode } from '../harness/mails.ts';
import { newKey, openSale } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

const stack = useStack(useStores());

describe('a new buyer', () => {
  it('signs up with the mailed code, signs in, purchases, and reads the order over all three subgraphs', async () => {
    const product = await openSale(stack, { units: 3, name: 'First edition' });
    const email = 'minji@shop.example';
    const password = 'correct horse battery';

    const requested = await stack.execute(
      'mutation ($email: String!) { requestEmailVerification(input: { email: $email }) { __typename } }',
      { email },
    );
    expect(requested.data).toEqual({ requestEmailVerification: { __typename: 'VerificationRequested' } });

    const signedUp = await stack.execute(
      `mutation ($input: SignUpInput!) { signUp(input: $input) { __typename ... on Session { accessToken user { id role } } } }`,
      {
        input: {
          email,
          verificationCode: await mailedCode(stack.mailFolder, email),
          password,
          name: 'Kim Minji',
          phoneNumber: '+82 10-1234-5678',
          address: { postalCode: '04524', line1: '110 Sejong-daero' },
        },
      },
    );
    expect(signedUp.data).toMatchObject({ signUp: { __typename: 'Session', user: { role: 'USER' } } });

    const signedIn = await stack.execute(
      `mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on Session { accessToken } } }`,
      { input: { email, password } },
    );
    const token = (signedIn.data?.['signIn'] as { accessToken: string }).accessToken;

    const bought = await stack.execute(
      `mutation ($input: PurchaseInput!) { purchase(input: $input) {
        __typename
        ... on PurchaseConfirmed { order { id items { product { name } } } }
      } }`,
      { input: { productId: product, quantity: 2, idempotencyKey: newKey() } },
      token,
    );
    expect(bought.data).toMatchObject({
      purchase: {
        __typename: 'PurchaseConfirmed',
        order: { items: [{ product: { name: 'First edition' } }] },
      },
    });

    const { order } = bought.data!['purchase'] as { order: { id: string } };
    const read = await stack.execute(
      `query ($id: ID!) { order(id: $id) {
        status total { amount currency } buyer { name email }
        items { quantity product { name price { amount currency } stock { remaining } } }
      } }`,
      { id: order.id },
      token,
    );
    expect(read.errors).toBeUndefined();
    expect(read.data).toEqual({
      order: {
        status: 'PENDING_PAYMENT',
        total: { amount: 24_000, currency: 'KRW' },
        buyer: { name: 'Kim Minji', email },
        items: [
          {
            quantity: 2,
            product: {
              name: 'First edition',
              price: { amount: 12_000, currency: 'KRW' },
              stock: { remaining: 1 },
            },
          },
        ],
      },
    });

    const mine = await stack.execute('{ me { orders { totalCount nodes { id } } } }', {}, token);
    expect(mine.data).toEqual({ me: { orders: { totalCount: 1, nodes: [{ id: order.id }] } } });
  });

  it('who abandons an attempt never buys with its key, and after a purchase gets the order', async () => {
    const product = await openSale(stack, { units: 3 });
    const token = stack.mint.buyer();
    const [given, bought] = [newKey(), newKey()];
    const abandon =
      'mutation ($key: String!) { abandonPurchase(input: { idempotencyKey: $key }) { __typename } }';
    const buy = 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }';
    const look = 'query ($key: String!) { purchaseOutcome(idempotencyKey: $key) { __typename } }';

    expect((await stack.execute(look, { key: given }, token)).data).toEqual({ purchaseOutcome: null });
    expect((await stack.execute(abandon, { key: given }, token)).data).toEqual({
      abandonPurchase: { __typename: 'PurchaseAbandoned' },
    });
    expect(
      (await stack.execute(buy, { input: { productId: product, idempotencyKey: given } }, token)).data,
    ).toEqual({ purchase: { __typename: 'PurchaseAbandoned' } });

    await stack.execute(buy, { input: { productId: product, idempotencyKey: bought } }, token);
    expect((await stack.execute(look, { key: bought }, token)).data).toEqual({
      purchaseOutcome: { __typename: 'PurchaseConfirmed' },
    });
    expect((await stack.execute(abandon, { key: bought }, token)).data).toEqual({
      abandonPurchase: { __typename: 'PurchaseConfirmed' },
    });
  });
});
