import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { isPortFree } from '../../scripts/stores/free-port.ts';
import { openConnection, statusesIn } from '../../tests/harness/raw-connection.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { json } from './server.ts';
import type { Handler } from './types.ts';
import { startServer } from './testing/server-for-this-test.ts';

/** Well below the ten seconds after which the remaining connections are destroyed, and the three of the longest drain of a busy connection. */
const SOON_MS = 2_500;

/** Requests that stay in progress until the test completes them. */
function gate(): { readonly received: () => number; readonly handler: Handler; open(): void } {
  const waiting: (() => void)[] = [];
  return {
    received: () => waiting.length,
    handler: () => new Promise((resolve) => waiting.push(() => resolve(json(200, {})))),
    open: () => waiting.forEach((answer) => answer()),
  };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: shop\r\n\r\n`;
const post = 'POST /body HTTP/1.1\r\nhost: shop\r\ncontent-length: 100\r\n\r\n{';

async function msToEnd(closed: Promise<void>): Promise<number> {
  const begun = performance.now();
  await closed;
  return performance.now() - begun;
}

it('closes connections without a request in progress, whether or not they ever carried one', async () => {
  const http = await startServer({ '/quick': () => json(200, {}) });
  const idle = await openConnection(http.url);
  const used = await openConnection(http.url, get('/quick'));
  await waitUntil('the answer', () => statusesIn(used.said).length === 1);
  expect(await msToEnd(http.close())).toBeLessThan(SOON_MS);
  await waitUntil('their end', () => idle.isClosed && used.isClosed);
});

it('answers the first request on a connection that was opened just before', async () => {
  const http = await startServer({ '/quick': () => json(200, {}) });
  const connected = await openConnection(http.url);
  const ended = http.close();
  await waitUntil('the port to be closed', () => isPortFree(Number(new URL(http.url).port)));
  connected.socket.write(get('/quick'));
  await ended;
  expect(statusesIn(connected.said)).toEqual([200]);
});

it('completes requests that have arrived, and refuses those that have arrived in part', async () => {
  const slow = gate();
  const http = await startServer({
    '/slow': slow.handler,
    '/body': async (request) => json(200, await request.readBody()),
  });
  const working = await openConnection(http.url, get('/slow'));
  const halfBody = await openConnection(http.url, post);
  const halfHead = await openConnection(http.url, 'POST /body HTTP/1.1\r\nhost: sh');
  await openConnection(http.url);
  await waitUntil('the slow one', () => slow.received() === 1);

  const ended = msToEnd(http.close());
  await waitUntil('connections to be refused', () => refusesConnections(http.url));
  slow.open();
  expect(await ended).toBeLessThan(SOON_MS);
  await waitUntil('all to end', () => [working, halfBody, halfHead].every(({ isClosed }) => isClosed));
  expect(statusesIn(working.said)).toEqual([200]);
  expect(working.said.toLowerCase()).toContain('connection: close');
  expect(statusesIn(halfBody.said)).toEqual([503]);
  expect(statusesIn(halfHead.said)).toEqual([503]);
});

it('accepts the rest of a body that is arriving', async () => {
  const http = await startServer({ '/body': async (request) => json(200, await request.readBody()) });
  const connection = await openConnection(http.url, post);
  const closed = http.close();
  connection.socket.write(' '.repeat(99));
  await closed;
  await waitUntil('the end', () => connection.isClosed);
  expect(statusesIn(connection.said)).toEqual([200]);
});

it('responds to all pipelined requests of a connection', async () => {
  const slow = gate();
  const http = await startServer({ '/slow': slow.handler });
  const connection = await openConnection(http.url, get('/slow').repeat(5));
  await waitUntil('all of them', () => slow.received() === 5);
  const closed = http.close();
  slow.open();
  await closed;
  await waitUntil('the end', () => connection.isClosed);
  expect(statusesIn(connection.said)).toEqual([200, 200, 200, 200, 200]);
  expect(connection.said.toLowerCase().match(/connection: close/g)).toHaveLength(1);
});

it('does not wait for a client that reads nothing of a response', async () => {
  const body = 'x'.repeat(20_000_000);
  const http = await startServer({ '/large': () => ({ status: 200, body }) });
  const deaf = await openConnection(http.url);
  deaf.socket.pause();
  deaf.socket.write(get('/large'));
  const other = await openConnection(http.url, get('/large'));
  await waitUntil('the whole answer for who takes it', () => other.said.length > body.length);
  expect(await msToEnd(http.close())).toBeLessThan(SOON_MS);
});

it('waits for a client that reads a response slowly', async () => {
  const body = 'x'.repeat(20_000_000);
  const http = await startServer({ '/large': () => ({ status: 200, body }) });
  const slow = await openConnection(http.url);
  slow.socket.pause();
  slow.socket.write(get('/large'));
  let isSlow = true;
  const taking = setInterval(() => {
    slow.socket.resume();
    setImmediate(() => isSlow && slow.socket.pause());
  }, 5);
  onTestFinished(() => clearInterval(taking));
  await waitUntil('the beginning', () => slow.said.length > 0);
  await http.close();
  clearInterval(taking);
  isSlow = false;
  slow.socket.resume();
  await waitUntil('the end', () => slow.isClosed);
  expect(slow.said.length).toBeGreaterThan(body.length);
});

it('ends although a client keeps sending requests', async () => {
  const http = await startServer({ '/quick': () => json(200, {}) });
  let isOver = false;
  let answered = 0;
  let unanswered = 0;
  const send = async () => {
    while (!isOver)
      await fetch(`${http.url}/quick`).then(
        async (response) => {
          await response.arrayBuffer();
          answered += 1;
        },
        (error: Error) => {
          // A refused connection counts as a response; a reset one does not.
          if ((error.cause as NodeJS.ErrnoException).code !== 'ECONNREFUSED') unanswered += 1;
          return sleep(5);
        },
      );
  };
  const clients = Array.from({ length: 20 }, send);
  await waitUntil('some traffic', () => answered > 100);
  const ms = await msToEnd(http.close());
  isOver = true;
  await Promise.all(clients);
  expect(unanswered).toBe(0);
  expect(ms).toBeLessThan(SOON_MS);
});

const refusesConnections = (url: string): Promise<boolean> =>
  openConnection(url).then(
    ({ socket }) => {
      socket.destroy();
      return false;
    },
    () => true,
  );
