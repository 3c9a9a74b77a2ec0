import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores());

it('a network that opens more connections than a process has descriptors does not shut others out', async () => {
  const product = await openSale(stack, { units: 3 });
  const router = await stack.startService('router', {}, { maxOpenFiles: 1_200 });
  onTestFinished(() => router.stop());
  const buy = (token: string) => purchase(stack.at(router.url), product, token);
  expect((await buy(stack.mint.buyer())).__typename).toBe('PurchaseConfirmed');

  const sockets = openIdle(router.url, '127.0.0.66', 2_000);
  await waitUntil('all to be accepted or refused', () => sockets.every(({ connecting }) => !connecting));
  // Its descriptors are left for others, and for what a process opens while it serves.
  expect((await buy(stack.mint.buyer())).__typename).toBe('PurchaseConfirmed');
  await waitUntil('those without a place to be closed', () => sockets.filter(isOpen).length < 600);
  expect((await buy(stack.mint.buyer())).__typename).toBe('PurchaseConfirmed');
  expect(router.log).not.toContain('EMFILE');
});

/** Connections from one address that send nothing; closed when the test is done. */
function openIdle(url: string, from: string, count: number): Socket[] {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: count }, () =>
    connect({ host: hostname, port: Number(port), localAddress: from })
      .on('error', () => undefined)
      .resume(),
  );
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return sockets;
}

const isOpen = ({ closed, readableEnded }: Socket): boolean => !closed && !readableEnded;
