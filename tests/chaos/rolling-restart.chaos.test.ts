import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RouterClient } from '../harness/router-client.ts';
import type { Service, ServiceName } from '../harness/service.ts';
import { countAnswers, openSale, purchase, readStock, type Answer } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), {
  processes: { user: 2, product: 2, order: 2, router: 2 },
  environment: { RATE_LIMITS: 'off' },
});

/** At most 240 purchases a second in total, which leaves CPU time for the restarts. */
const BUYERS = 24;
const PAUSE_MS = 100;

const PORT_OF: Record<ServiceName, string> = {
  user: 'USER_PORT',
  product: 'PRODUCT_PORT',
  order: 'ORDER_PORT',
  router: 'PORT',
};

let stopBuying = (): void => undefined;
afterEach(() => stopBuying());

/** Buyers who purchase repeatedly. Each key is sent once, so that no retry hides a failure. */
function keepBuying(product: string) {
  const client = new RouterClient(
    stack.routers.map(({ url }) => url),
    BUYERS,
  );
  const answers: Answer[] = [];
  let isOver = false;
  stopBuying = () => {
    isOver = true;
  };
  const buyOnce = () =>
    purchase(client, product, stack.mint.buyer()).catch((error: unknown): Answer => {
      const { code, message } = error as NodeJS.ErrnoException;
      return { __typename: `${code}: ${message}` };
    });
  const buyers = Array.from({ length: BUYERS }, async () => {
    while (!isOver) {
      answers.push(await buyOnce());
      await sleep(PAUSE_MS);
    }
  });
  return {
    answers,
    done: async () => {
      stopBuying();
      await Promise.all(buyers);
      await client.close();
    },
  };
}

/** As an operator does it: SIGTERM, wait for the end, start again at the same place, wait until it is ready. */
async function restart(services: Service[], index: number): Promise<void> {
  const { name, url } = services[index]!;
  services[index]!.signal('SIGTERM');
  expect(await services[index]!.ended()).toEqual({ code: 0, signal: null });
  services[index] = await stack.startService(name, { [PORT_OF[name]]: new URL(url).port });
  await waitUntil(`${name} to be ready`, () => fetch(`${url}/health/ready`).then(({ ok }) => ok));
}

describe('every process is restarted, one after the other, while purchases go on', () => {
  it('and no request is lost: each is answered, with an order, and the stock is exact', async () => {
    const product = await openSale(stack, { units: 1_000_000 });
    const buying = keepBuying(product);
    const { answers } = buying;
    await waitUntil('purchases to be under way', () => answers.length > 100);

    for (const services of [stack.user, stack.product, stack.order, stack.routers]) {
      for (let index = 0; index < services.length; index++) {
        const before = answers.length;
        await restart(services, index);
        await waitUntil('purchases to go on', () => answers.length > before + 100);
      }
    }
    await buying.done();

    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: answers.length });
    expect(new Set(answers.map(({ order }) => order?.id)).size).toBe(answers.length);
    const stock = await waitUntil(
      'every reservation to be settled',
      () => readStock(stack, product),
      ({ reserved }) => reserved === 0,
    );
    expect(stock).toMatchObject({ sold: answers.length, remaining: 1_000_000 - answers.length });
  });
});
