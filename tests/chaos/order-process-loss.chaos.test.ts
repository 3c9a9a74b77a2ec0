import { describe, expect, it } from 'vitest';
import { newKey, openSale, purchase, readStock } from '../harness/shop.ts';
import type { Service } from '../harness/service.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), { environment: { RESERVATION_TIMEOUT: '5s', SUBGRAPH_TIMEOUT: '6s' } });

/** A second router whose only order process has a failpoint right before its first COMMIT. */
async function withStruckProcess(
  signal: 'SIGKILL' | 'SIGSTOP',
  use: (execute: typeof stack.execute, struck: Service) => Promise<void>,
) {
  const struck = await stack.startService('order', { FAULT_POINT: `before-commit:${signal}` });
  const router = await stack.startService('router', { ORDER_URL: `${struck.url}/graphql` });
  try {
    await use(stack.at(router.url).execute, struck);
  } finally {
    await router.stop();
    await struck.stop();
  }
}

describe('an order process', () => {
  it('killed between reservation and COMMIT leaves stock that is whole again', async () => {
    const product = await openSale(stack, { units: 5 });
    const [token, key] = [stack.mint.buyer(), newKey()];
    await withStruckProcess('SIGKILL', async (execute, struck) => {
      const answer = await purchase({ execute }, product, token, key);
      expect(['TIMEOUT', 'UNAVAILABLE']).toContain(answer.__typename);
      expect((await struck.ended()).signal).toBe('SIGKILL');
    });
    await waitUntil(
      'the unit to come back',
      () => readStock(stack, product),
      ({ remaining, reserved }) => remaining === 5 && reserved === 0,
    );
    expect(await purchase(stack, product, token, key)).toMatchObject({ __typename: 'PurchaseAbandoned' });
  });

  it('frozen there for longer than a reservation lives, and thawed, neither sells twice nor loses the unit', async () => {
    const product = await openSale(stack, { units: 1 });
    const [token, key] = [stack.mint.buyer(), newKey()];
    await withStruckProcess('SIGSTOP', async (execute, struck) => {
      const answer = await purchase({ execute }, product, token, key);
      expect(['TIMEOUT', 'OutcomeUnknown']).toContain(answer.__typename);
      await waitUntil(
        'the unit to come back',
        () => readStock(stack, product),
        ({ remaining, reserved }) => remaining === 1 && reserved === 0,
      );

      const other = await purchase(stack, product, stack.mint.buyer());
      expect(other).toMatchObject({ __typename: 'PurchaseConfirmed' });
      struck.signal('SIGCONT');
      await waitUntil(
        'the thawed process to have learnt what became of its order',
        () => purchase({ execute }, product, token, key),
        ({ __typename }) => __typename === 'PurchaseAbandoned',
      );
    });
    await waitUntil(
      'Redis to agree',
      () => readStock(stack, product),
      ({ reserved }) => reserved === 0,
    );
    expect(await readStock(stack, product)).toEqual({ total: 1, sold: 1, reserved: 0, remaining: 0 });
  });
});
