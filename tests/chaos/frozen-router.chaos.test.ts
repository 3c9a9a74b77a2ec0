import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { newKey, openSale, purchase, purchaseToTheEnd, restock } from '../harness/shop.ts';
import type { Service } from '../harness/service.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), { processes: { router: 2 } });

/** Whether the kernel holds bytes for a process that listens at this address and has not read them. */
async function hasUnreadBytes(url: string): Promise<boolean> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8')));
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .some(([, local = '', , state, queues = '']) => {
      const [, unread = '0'] = queues.split(':');
      return local.endsWith(`:${port}`) && state === '01' && Number.parseInt(unread, 16) > 0;
    });
}

it('a refusal binds an older attempt that has waited in the socket of a frozen router', async () => {
  const product = await openSale(stack, { units: 1 });
  await purchase(stack, product, stack.mint.buyer());
  const [token, key] = [stack.mint.buyer(), newKey()];
  const [frozen, other] = stack.routers as [Service, Service];
  const shopAt = ({ url }: Service) => stack.at(url);
  const finalAnswer = () => purchaseToTheEnd(shopAt(other), product, token, key);

  frozen.signal('SIGSTOP');
  const older = purchase(shopAt(frozen), product, token, key);
  await waitUntil('the older attempt to be in the socket', () => hasUnreadBytes(frozen.url));
  expect(await finalAnswer()).toMatchObject({ __typename: 'SoldOut' });
  await restock(shopAt(other), product, 1);
  frozen.signal('SIGCONT');

  expect(await older).toMatchObject({ __typename: 'Busy' });
  expect(await finalAnswer()).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: false });
});
