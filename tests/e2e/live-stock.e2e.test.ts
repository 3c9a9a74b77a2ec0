import { execFileSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EventStream } from '../harness/event-stream.ts';
import { openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const CLIENTS = Number(process.env['LIVE_CLIENTS'] ?? 2_000);
/** Of a router that has nothing else to do, for each client, with a margin. */
const MAX_KIB_PER_CLIENT = 35;

const stack = useStack(useStores(), {
  processes: { user: 1, product: 1, order: 2, router: 2 },
  environment: {
    MAX_LIVE_CLIENTS: String(CLIENTS + 100),
    MAX_LIVE_CLIENTS_PER_ADDRESS: String(CLIENTS + 100),
  },
});
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function watch(product: string, router = 0, headers = {}): Promise<EventStream> {
  const stream = await EventStream.open(stack.routers[router]!.url, [product], headers);
  open.push(stream);
  return stream;
}

const sold = (stream: EventStream, units: number) =>
  waitUntil(
    `${units} sold`,
    () => stream.last?.stock,
    (stock) => stock?.sold === units && stock.reserved === 0,
  );

describe('a client that watches a product', () => {
  it('sees purchases through every router, and the exact final stock after a rush', async () => {
    const product = await openSale(stack, { units: 50 });
    const streams = [await watch(product, 0), await watch(product, 1)];
    await Promise.all(streams.map((stream) => sold(stream, 0)));

    await purchase(stack, product, stack.mint.buyer());
    await Promise.all(streams.map((stream) => sold(stream, 1)));

    await Promise.all(Array.from({ length: 80 }, () => purchase(stack, product, stack.mint.buyer())));
    await Promise.all(streams.map((stream) => sold(stream, 50)));
    expect(streams[0]!.last?.stock).toMatchObject({ remaining: 0, soldOut: true });
  });

  it('reconnects to another router and gets what it missed, or nothing', async () => {
    const product = await openSale(stack, { units: 5 });
    const stream = await watch(product, 0);
    await sold(stream, 0);
    const seen = { 'last-event-id': stream.lastEventId };
    stream.close();

    const idle = await watch(product, 1, seen);
    await waitUntil('the stream to begin', () => idle.text.includes('retry:'));
    expect(idle.events).toEqual([]);
    await purchase(stack, product, stack.mint.buyer());
    await sold(idle, 1);

    const late = await watch(product, 1, seen);
    await sold(late, 1);
    expect(late.events).toHaveLength(1);
  });

  it('sees the sale open on time, and can buy from then on', async () => {
    const opensAt = new Date(Date.now() + 2_000);
    const product = await openSale(stack, { units: 5, opensAt });
    const stream = await watch(product);
    await waitUntil('the state before', () => stream.last?.status === 'UPCOMING');
    await waitUntil('the opening', () => stream.last?.status === 'OPEN');
    expect(stream.events.at(-1)!.at - opensAt.getTime()).toBeLessThan(500);
    expect((await purchase(stack, product, stack.mint.buyer())).__typename).toBe('PurchaseConfirmed');
  });
});

describe(`${CLIENTS} clients at one router`, () => {
  it('cost little memory while they watch, and all of them see the next purchase', async () => {
    const product = await openSale(stack, { units: 5 });
    await sold(await watch(product), 0);
    const before = residentKib();
    const clients = await openClients(CLIENTS, product);
    await waitUntil('everybody to have the state', () =>
      clients.every(({ text }) => text.includes('"sold":0')),
    );
    const perClient = (residentKib() - before) / CLIENTS;

    await purchase(stack, product, stack.mint.buyer());
    const begun = performance.now();
    await waitUntil('everybody to see it', () => clients.every(({ text }) => text.includes('"sold":1')));
    console.log(
      `${CLIENTS} live clients: ${Math.round(before / 1024)} MiB before, ${Math.round(residentKib() / 1024)} MiB with them, ` +
        `${perClient.toFixed(1)} KiB each; all notified within ${Math.round(performance.now() - begun)} ms`,
    );
    expect(perClient).toBeLessThan(MAX_KIB_PER_CLIENT);
    expect(residentKib()).toBeLessThan(512 * 1024);
  });
});

/** Of the first router. */
const residentKib = (): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(stack.routers[0]!.pid)], { encoding: 'utf8' }));

interface BareClient {
  readonly socket: Socket;
  text: string;
}

/** As bare as can be: the test's own process has to hold them, too. */
async function openClients(count: number, product: string): Promise<BareClient[]> {
  const { port } = new URL(stack.routers[0]!.url);
  const clients: BareClient[] = [];
  for (let begun = 0; begun < count; begun += 500) {
    const some = Array.from({ length: Math.min(500, count - begun) }, () =>
      openClient(Number(port), product),
    );
    clients.push(...(await Promise.all(some)));
  }
  return clients;
}

function openClient(port: number, product: string): Promise<BareClient> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const client = { socket, text: '' };
    open.push({ close: () => socket.destroy() });
    socket.once('error', reject);
    socket.write(`GET /live/stock?productId=${product} HTTP/1.1\r\nhost: shop\r\n\r\n`);
    socket.on('data', (data) => {
      client.text += data.toString('latin1');
      resolve(client);
    });
  });
}
