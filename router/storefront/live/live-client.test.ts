import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { LiveClient } from './live-client.ts';
import { LiveProduct } from './live-product.ts';
import { createServerClock } from './server-clock.ts';

const clock = createServerClock();
const sale = { opensAt: 0, closesAt: null, withdrawn: false, purchaseLimit: null };
const stock = (sold: number) => ({ total: 10, sold, reserved: 0, remaining: 10 - sold, asOf: clock.now() });

/** A connection whose other side takes what it is sent when the test says so. */
class Connection extends Writable {
  readonly #sent: string[] = [];
  readonly #taken: (() => void)[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#sent.push(chunk.toString());
    this.#taken.push(done);
  }

  take(): string {
    const text = this.#sent.splice(0).join('');
    for (const done of this.#taken.splice(0)) done();
    return text;
  }
}

function watch(): { product: LiveProduct; connection: Connection; client: LiveClient } {
  const product = new LiveProduct({ productId: 'p', sale, stock: stock(0) }, clock);
  const connection = new Connection();
  const client = new LiveClient(connection, [product], undefined);
  client.start();
  return { product, connection, client };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('keeps one event for a client that does not read, and afterwards sends the latest state', async () => {
  const { product, connection, client } = watch();
  for (let sold = 1; sold <= 100; sold++) {
    product.replaceStock(stock(sold));
    client.notify();
  }
  expect(connection.writableLength).toBeLessThan(500);
  connection.take();
  await turn();
  const next = connection.take();
  expect(next.match(/^data:/gm)).toHaveLength(1);
  expect(next).toContain('"sold":100');
});

it('disconnects a client that has taken nothing for some heartbeats', () => {
  const { connection, client } = watch();
  for (let beats = 1; beats <= 3; beats++) client.beat();
  expect(connection.destroyed).toBe(false);
  client.beat();
  expect(connection.destroyed).toBe(true);
});

it('sends a comment as heartbeat, which is no event', async () => {
  const { connection, client } = watch();
  connection.take();
  await turn();
  client.beat();
  expect(connection.take()).toBe(':\n\n');
});
