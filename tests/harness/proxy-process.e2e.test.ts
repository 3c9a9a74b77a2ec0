import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ProxyProcess } from './proxy-process.ts';
import { waitUntil } from './wait-until.ts';

const ending: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

/** Answers every message with what it has received. */
async function listen(prefix: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => socket.write(`${prefix}${data.toString()}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** @returns the answer, or how the connection ended */
async function echo(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  ending.push(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.write(text);
  return Promise.race([
    once(socket, 'data').then(([data]) => String(data)),
    once(socket, 'close').then(() => 'closed'),
  ]);
}

it('passes, cuts the message that a pattern names, and leads new connections to another server', async () => {
  const [first, second] = [await listen('first '), await listen('second ')];
  const proxy = new ProxyProcess({ host: '127.0.0.1', port: first });
  ending.push(() => proxy.stop());
  const port = await proxy.start();

  expect(await echo(port, 'hello')).toBe('first hello');
  proxy.nextWith(/^COMMIT$/, 'cut');
  expect(await echo(port, 'BEGIN')).toBe('first BEGIN');
  await waitUntil(
    'a COMMIT to be cut',
    () => echo(port, 'COMMIT'),
    (answer) => answer === 'closed',
  );
  expect(await echo(port, 'COMMIT')).toBe('first COMMIT');
  proxy.leadTo({ host: '127.0.0.1', port: second });
  await waitUntil(
    'the other server to answer',
    () => echo(port, 'hello'),
    (answer) => answer === 'second hello',
  );
});
