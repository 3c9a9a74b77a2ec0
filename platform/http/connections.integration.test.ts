import { expect, it } from 'vitest';
import { openConnection, statusesIn } from '../../tests/harness/raw-connection.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { json } from './server.ts';
import type { HttpRequest } from './types.ts';
import { startServer } from './testing/server-for-this-test.ts';

const GET = 'GET /wait HTTP/1.1\r\nhost: shop\r\n\r\n';

it('a caller that goes away is gone for all that it asked, also for what waits behind another answer', async () => {
  const asked: HttpRequest[] = [];
  const http = await startServer({
    '/wait': (request) => {
      asked.push(request);
      void request.gone;
      return new Promise(() => undefined);
    },
  });
  const connection = await openConnection(http.url, GET.repeat(8));
  await waitUntil('the requests', () => asked.length === 8);
  expect(asked.some(({ gone }) => gone.aborted)).toBe(false);
  connection.socket.destroy();
  await waitUntil('all of them to be given up', () => asked.every(({ gone }) => gone.aborted));
});

it('nobody is gone who was answered, whether or not the connection is closed later', async () => {
  const asked: HttpRequest[] = [];
  const http = await startServer({
    '/wait': (request) => {
      asked.push(request);
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
  expect(asked.map(({ gone }) => gone.aborted)).toEqual([false, false, false, false]);
});

it('what is asked behind an answer without end is given up when that begins', async () => {
  const begun: number[] = [];
  const asked: HttpRequest[] = [];
  const http = await startServer({
    '/wait': (request) => {
      const number = asked.push(request);
      void request.gone;
      return { status: 200, stream: () => void begun.push(number) };
    },
  });
  const connection = await openConnection(http.url, GET.repeat(3));
  await waitUntil('the requests', () => begun.length > 0 && asked.length === 3);
  await waitUntil('the others to be given up', () => asked.slice(1).every(({ gone }) => gone.aborted));
  expect([begun, asked[0]!.gone.aborted]).toEqual([[1], false]);
  connection.socket.destroy();
});
