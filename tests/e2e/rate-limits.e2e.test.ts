import { describe, expect, it } from 'vitest';
import { countAnswers, openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

const stack = useStack(useStores(), {
  processes: { router: 2 },
  environment: {
    RATE_LIMIT_PER_USER: '40/h',
    RATE_LIMIT_PER_FIELD: 'Mutation.purchase 8/h per user, Mutation.signIn 3/h per address',
  },
});

describe('two routers', () => {
  it('let a buyer try eight times between them, and other buyers as often', async () => {
    const product = await openSale(stack, { units: 100 });
    for (const token of [stack.mint.buyer(), stack.mint.buyer()]) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => purchase(stack, product, token)));
      expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 8, RATE_LIMITED: 12 });
    }
  });

  it('let an address sign in three times between them, whatever the accounts', async () => {
    const signIn = (n: number) =>
      stack.execute('mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }', {
        input: { email: `user-${n}@shop.example`, password: 'wrong password' },
      });
    const replies = await Promise.all(Array.from({ length: 10 }, (_, n) => signIn(n)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(3);
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(7);
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(60);
  });
});
