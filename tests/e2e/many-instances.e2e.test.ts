import { afterEach, describe, expect, it } from 'vitest';
import type { Service } from '../harness/service.ts';
import { countAnswers, openSale, purchaseToTheEnd, readStock, type Answer } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), {
  processes: { user: 2, product: 2, order: 2, router: 2 },
  environment: { RESERVATION_TIMEOUT: '5s' },
});

const BUYERS = 20;
let stopBuying = (): void => undefined;
afterEach(() => stopBuying());

/** Buyers who purchase one after the other, each until its answer is final. */
function keepBuying(product: string): { readonly answers: readonly Answer[]; done(): Promise<void> } {
  const answers: Answer[] = [];
  let isOver = false;
  stopBuying = () => {
    isOver = true;
  };
  const buyers = Array.from({ length: BUYERS }, async () => {
    while (!isOver) answers.push(await purchaseToTheEnd(stack, product, stack.mint.buyer()));
  });
  return {
    answers,
    done: async () => {
      stopBuying();
      await Promise.all(buyers);
    },
  };
}

const more = (answers: readonly Answer[], count: number) => {
  const enough = answers.length + count;
  return waitUntil(`${count} more answers`, () => answers.length >= enough);
};

async function kill(service: Service): Promise<void> {
  service.signal('SIGKILL');
  await service.ended();
}

describe('two processes of every service, while one after the other is killed', () => {
  it('keep selling, and a process that is started in the place of another one joins in', async () => {
    const product = await openSale(stack, { units: 100_000 });
    const buying = keepBuying(product);
    const { answers } = buying;
    await more(answers, 100);

    const [first, second] = [stack.order[0]!, stack.order[1]!];
    await kill(first);
    await more(answers, 200);

    stack.order[0] = await stack.startService('order', { ORDER_PORT: new URL(first.url).port });
    await kill(second);
    await more(answers, 200);

    await kill(stack.product[0]!);
    await kill(stack.user[0]!);
    await more(answers, 200);
    const read = await stack.execute('{ products { nodes { name } } me { id } }', {}, stack.mint.buyer());
    expect([read.status, read.errors]).toEqual([200, undefined]);

    await buying.done();
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: answers.length });
    const stock = await waitUntil(
      'every reservation to be settled',
      () => readStock(stack, product),
      ({ reserved }) => reserved === 0,
    );
    expect(stock.sold).toBe(answers.length);
  });
});
