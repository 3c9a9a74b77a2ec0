import { expect, it } from 'vitest';
import { openConnection, statusesIn } from '../../tests/harness/raw-connection.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { json } from './server.ts';
import type { HttpRequest } from './types.ts';
import { startServer } from './testing/server-for-this-test.ts';

const GET = 'GET /wait HTTP/1.1\r\nhost: shop\r\n\r\n';

it('the disconnect of a client aborts all of its requests, also those that wait behind another response', async () => {
  const received: HttpRequest[] = [];
  const http = await startServer({
    '/wait': (request) => {
      received.push(request);
      void request.gone;
      return new Promise(() => undefined);
    },
  });
  const connection = await openConnection(http.url, GET.repeat(8));
  await waitUntil('the requests', () => received.length === 8);
  expect(received.some(({ gone }) => gone.aborted)).toBe(false);
  connection.socket.destroy();
  await waitUntil('all of them to be aborted', () => received.every(({ gone }) => gone.aborted));
});

it('a request with a response is not aborted, whether or not the connection is closed later', async () => {
  const received: HttpRequest[] = [];
  const http = await startServer({
    '/wait': (request) => {
      received.push(request);
      void request.gone;
      return json(200, {});
    },
  });
  const connection = await openConnection(http.url, GET.repeat(3));
  await waitUntil('the answers', () => statusesIn(connection.said).length === 3);
  connection.socket.destroy();
  const other = await openConnection(
    http.url,
    'GET /wait HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n',
  );
  await waitUntil('another one', () => other.isClosed);
  expect(received.map(({ gone }) => gone.aborted)).toEqual([false, false, false, false]);
});

it('requests behind a stream are aborted when the stream begins', async () => {
  const begun: number[] = [];
  const received: HttpRequest[] = [];
  const http = await startServer({
    '/wait': (request) => {
      const number = received.push(request);
      void request.gone;
      return { status: 200, stream: () => void begun.push(number) };
    },
  });
  const connection = await openConnection(http.url, GET.repeat(3));
  await waitUntil('the requests', () => begun.length > 0 && received.length === 3);
  await waitUntil('the others to be aborted', () => received.slice(1).every(({ gone }) => gone.aborted));
  expect([begun, received[0]!.gone.aborted]).toEqual([[1], false]);
  connection.socket.destroy();
});
