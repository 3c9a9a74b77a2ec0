import { expect, it, onTestFinished } from 'vitest';
import { openConnection, statusesIn, type RawConnection } from '../../tests/harness/raw-connection.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { json } from './server.ts';
import type { Handler } from './types.ts';
import { startServer } from './testing/server-for-this-test.ts';

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: shop\r\n\r\n`;
/** More than the system keeps for a client that does not read. */
const LARGE = 'x'.repeat(20_000_000);

/** Responses that are sent when the test releases them, each with its number. */
function heldAnswers() {
  const pending: (() => void)[] = [];
  let begun = 0;
  const handler: Handler = () => {
    const number = ++begun;
    return new Promise((resolve) => pending.push(() => resolve(json(200, { number }))));
  };
  return {
    handler,
    begun: () => begun,
    inProgress: () => pending.length,
    answerNext: () => pending.shift()?.(),
  };
}

/** A connection that sends requests and reads nothing. */
async function deaf(url: string, bytes: string): Promise<RawConnection> {
  const connection = await openConnection(url);
  connection.socket.pause();
  connection.socket.write(bytes);
  return connection;
}

it('has eight requests of a connection in progress at a time, and responds to all of them in order', async () => {
  const held = heldAnswers();
  const http = await startServer({ '/held': held.handler });
  const connection = await openConnection(http.url, get('/held').repeat(100));
  await waitUntil('the first eight', () => held.begun() === 8);
  for (let answered = 1; answered <= 100; answered++) {
    held.answerNext();
    await waitUntil('the next one', () => held.begun() === Math.min(100, 8 + answered));
    expect(held.inProgress()).toBeLessThanOrEqual(8);
  }
  await waitUntil('all answers', () => statusesIn(connection.said).length === 100);
  const numbers = [...connection.said.matchAll(/"number":(\d+)/g)].map(([, number]) => Number(number));
  expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});

it('begins no further request while the responses before it are not read (backpressure)', async () => {
  let begun = 0;
  const http = await startServer({
    '/large': () => {
      begun += 1;
      return { status: 200, body: LARGE };
    },
  });
  const connection = await deaf(http.url, get('/large').repeat(12));
  await waitUntil('the first', () => begun > 0);
  const other = await openConnection(http.url, get('/none'));
  await waitUntil('an answer to another client', () => statusesIn(other.said).length === 1);
  expect(begun).toBeLessThanOrEqual(8);
  connection.socket.resume();
  await waitUntil('the rest', () => begun === 12);
});

it('destroys a connection that reads nothing of its response', async () => {
  const http = await startServer({ '/large': () => ({ status: 200, body: LARGE }) }, { sendTimeoutMs: 100 });
  const connection = await deaf(http.url, get('/large'));
  await waitUntil('the connection to be destroyed', () => http.openConnections() === 0);
  expect(connection.said).toBe('');
});

it('destroys it also where it keeps sending', async () => {
  const http = await startServer({ '/large': () => ({ status: 200, body: LARGE }) }, { sendTimeoutMs: 100 });
  const connection = await deaf(http.url, get('/large'));
  const sending = setInterval(() => connection.socket.write('x'), 10);
  onTestFinished(() => clearInterval(sending));
  await waitUntil('the connection to be destroyed', () => http.openConnections() === 0);
});

it('waits for a client that reads slowly', async () => {
  const http = await startServer({ '/large': () => ({ status: 200, body: LARGE }) }, { sendTimeoutMs: 200 });
  const connection = await deaf(http.url, get('/large'));
  const reading = setInterval(() => {
    connection.socket.resume();
    setImmediate(() => connection.socket.pause());
  }, 10);
  onTestFinished(() => clearInterval(reading));
  await waitUntil('the whole answer', () => connection.said.length > LARGE.length);
  expect(connection.isClosed).toBe(false);
});

it('destroys the longest unread connection of a network that holds too many bytes, and of no other network', async () => {
  const http = await startServer(
    { '/large': () => ({ status: 200, body: LARGE }) },
    {
      unsentBytes: { network: 50_000_000, all: 200_000_000 },
      networkOf: ({ headers }) => String(headers['x-network']),
    },
  );
  const from = (network: string) =>
    deaf(http.url, `GET /large HTTP/1.1\r\nhost: shop\r\nx-network: ${network}\r\n\r\n`);
  const other = await from('other');
  for (let n = 0; n < 6; n++) await from('greedy');
  await waitUntil('the cuts', () => http.openConnections() === 3);
  other.socket.resume();
  await waitUntil('the answer of the other network', () => other.said.length > LARGE.length);
});

it('responds to valid requests before it refuses the malformed one behind them', async () => {
  const held = heldAnswers();
  const http = await startServer({ '/held': held.handler });
  const connection = await openConnection(http.url, `${get('/held').repeat(10)}rubbish\r\n\r\n`);
  for (let answered = 1; answered <= 10; answered++) {
    await waitUntil('a request', () => held.inProgress() > 0);
    expect(statusesIn(connection.said)).not.toContain(400);
    held.answerNext();
  }
  await waitUntil('the end', () => connection.isClosed);
  expect(statusesIn(connection.said)).toEqual([...Array<number>(10).fill(200), 400]);
});

it('refuses a malformed body at once', async () => {
  const http = await startServer({ '/body': async (request) => json(200, await request.readBody()) });
  const connection = await openConnection(
    http.url,
    `${get('/none')}POST /body HTTP/1.1\r\nhost: shop\r\ntransfer-encoding: chunked\r\n\r\nrubbish\r\n`,
  );
  await waitUntil('the end', () => connection.isClosed);
  expect(statusesIn(connection.said)).toEqual([404, 400]);
});

it('responds to valid requests before it refuses CONNECT', async () => {
  const held = heldAnswers();
  const http = await startServer({ '/held': held.handler });
  const connection = await openConnection(
    http.url,
    `${get('/held').repeat(2)}CONNECT shop:1 HTTP/1.1\r\nhost: shop\r\n\r\n`,
  );
  await waitUntil('the requests', () => held.inProgress() === 2);
  expect(connection.said).toBe('');
  held.answerNext();
  held.answerNext();
  await waitUntil('the end', () => connection.isClosed);
  expect(statusesIn(connection.said)).toEqual([200, 200, 405]);
});

it('reads nothing behind a stream, and destroys connections of a network that has sent much there', async () => {
  const http = await startServer(
    { '/stream': () => ({ status: 200, stream: (out) => void out.write('begun') }) },
    { unsentBytes: { network: 20_000_000, all: 200_000_000 } },
  );
  const behind = get('/none').repeat(1_000);
  const one = await openConnection(http.url, get('/stream'));
  await waitUntil('the stream', () => one.said.includes('begun'));
  // What the system does not take is what the server does not read.
  let accepted = true;
  for (let n = 0; n < 500 && accepted; n++) accepted = one.socket.write(behind);
  await waitUntil('the socket to be full', () => one.socket.writableLength > 0);
  expect(one.isClosed).toBe(false);

  for (let n = 0; n < 20; n++) {
    const other = await openConnection(http.url, get('/stream') + behind);
    await waitUntil('its stream or its end', () => other.said.includes('begun') || other.isClosed);
  }
  await waitUntil('the first to be destroyed', () => one.isClosed);
});
