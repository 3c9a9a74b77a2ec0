import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openConnection, statusesIn } from '../../tests/harness/raw-connection.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { listen } from './listen.ts';
import { json } from './server.ts';
import { startServer } from './testing/server-for-this-test.ts';

const ADDRESSES = ['127.0.0.1', '::1'] as const;
const at = (address: string, port: number) =>
  `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: shop\r\n\r\n`;

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

it.each(ADDRESSES)('a server at localhost is reachable as %s', async (address) => {
  const http = await startServer({ '/': ({ remoteAddress }) => json(200, remoteAddress) }, {}, 'localhost');
  const answer = await fetch(at(address, http.port));
  expect(await answer.json()).toBe(address);
});

it('a server at one address is reachable there only', async () => {
  const http = await startServer({ '/': () => json(200, {}) }, {}, '127.0.0.1');
  expect(await accepts('127.0.0.1', http.port)).toBe(true);
  expect(await accepts('::1', http.port)).toBe(false);
});

it.each(ADDRESSES)(
  'its shutdown accepts nothing more at %s and completes the requests in progress there',
  async (address) => {
    let answer: (() => void) | undefined;
    const http = await startServer(
      { '/slow': () => new Promise((resolve) => (answer = () => resolve(json(200, {})))) },
      {},
      'localhost',
    );
    const client = await openConnection(at(address, http.port), get('/slow'));
    await waitUntil('the request', () => answer !== undefined);
    const closed = http.close();
    await waitUntil('the end of the port', async () => !(await accepts(address, http.port)));
    answer!();
    await closed;
    await waitUntil('the answer', () => client.isClosed);
    expect(statusesIn(client.said)).toEqual([200]);
  },
);

it('an address of another machine is refused with a sentence', async () => {
  await expect(listen(createServer(), '192.0.2.1', 0)).rejects.toThrow(
    new ConfigurationError(
      'It is not possible to listen at 192.0.2.1:0: this machine does not have the address (HOST) (EADDRNOTAVAIL).',
    ),
  );
});

it.each(ADDRESSES)('a port that is taken at %s is refused, and held at neither', async (address) => {
  const other = createServer();
  const { port } = await listen(other, address, 0);
  const server = createServer();
  await expect(listen(server, 'localhost', port)).rejects.toThrow(
    new ConfigurationError(
      `It is not possible to listen at localhost:${port}: another process, or another setting of this one, has this port (EADDRINUSE).`,
    ),
  );
  expect(server.listening).toBe(false);
  await new Promise((resolve) => other.close(resolve));
  const { listeners } = await listen(server, 'localhost', port);
  onTestFinished(() => listeners.forEach((listener) => listener.close()));
  expect(listeners).toHaveLength(2);
});
