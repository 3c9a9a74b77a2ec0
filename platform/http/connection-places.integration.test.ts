import { expect, it } from 'vitest';
import { openConnection, statusesIn, type RawConnection } from '../../tests/harness/raw-connection.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { json, type RunningHttpServer } from './server.ts';
import { startServer } from './testing/server-for-this-test.ts';

const GET = 'GET /quick HTTP/1.1\r\nhost: shop\r\n\r\n';
const WAIT = 'GET /wait HTTP/1.1\r\nhost: shop\r\n\r\n';
const HALF_BODY = 'POST /body HTTP/1.1\r\nhost: shop\r\ncontent-length: 100\r\n\r\n{';

const [HERE, THERE, ELSEWHERE] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;

async function serve(limits: { connections: number; connectionsPerNetwork: number }) {
  const state = { waiting: 0 };
  const http = await startServer(
    {
      '/quick': () => json(200, {}),
      '/wait': () => {
        state.waiting += 1;
        return new Promise(() => undefined);
      },
      '/body': async (request) => json(200, await request.readBody()),
    },
    limits,
  );
  return Object.assign(state, { ...http });
}

/** Opens them one after the other, each accepted before the next. */
async function open(
  http: RunningHttpServer,
  count: number,
  from: string,
  bytes = '',
): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  for (let n = 0; n < count; n++) connections.push(await openConnection(http.url, bytes, from));
  return connections;
}

const closed = (connections: readonly RawConnection[]) => connections.map(({ isClosed }) => isClosed);

async function isServed(http: RunningHttpServer, from: string): Promise<boolean> {
  const connection = await openConnection(http.url, GET, from);
  await waitUntil('an answer', () => connection.said !== '' || connection.isClosed);
  return statusesIn(connection.said)[0] === 200;
}

it('a network at its bound gives the place of its longest idle connection to its next one', async () => {
  const http = await serve({ connections: 100, connectionsPerNetwork: 3 });
  const [first, ...rest] = await open(http, 3, HERE);
  const other = await open(http, 1, THERE);
  rest[0]!.socket.write(GET);
  await waitUntil('an answer', () => statusesIn(rest[0]!.said).length === 1);
  expect(await isServed(http, HERE)).toBe(true);
  await waitUntil('the first to be shed', () => first!.isClosed);
  expect(closed([...rest, ...other])).toEqual([false, false, false]);
  expect(await isServed(http, HERE)).toBe(true);
  await waitUntil('the one that was never used to be shed', () => rest[1]!.isClosed);
  expect(rest[0]!.isClosed).toBe(false);
});

it('where all places are taken, a connection of the network with the most is shed', async () => {
  const http = await serve({ connections: 10, connectionsPerNetwork: 10 });
  const few = await open(http, 2, THERE);
  const many = await open(http, 8, HERE);
  expect(await isServed(http, ELSEWHERE)).toBe(true);
  await waitUntil('the longest idle of the many to be shed', () => many[0]!.isClosed);
  expect(closed(many.slice(1))).toEqual(Array<boolean>(7).fill(false));
  expect(closed(few)).toEqual([false, false]);
});

it('load shedding ends idle and arriving requests, never those in progress', async () => {
  const http = await serve({ connections: 100, connectionsPerNetwork: 3 });
  await open(http, 2, HERE, WAIT);
  const [arriving] = await open(http, 1, HERE, HALF_BODY);
  await waitUntil('the requests', () => http.waiting === 2 && http.openConnections() === 3);
  expect(await isServed(http, HERE)).toBe(true);
  await waitUntil('the slow sender to be shed', () => arriving!.isClosed);
  await open(http, 1, HERE, WAIT);
  await waitUntil('the third request', () => http.waiting === 3);

  const refused = await openConnection(http.url, '', HERE);
  await waitUntil('the refusal', () => refused.isClosed);
  expect(statusesIn(refused.said)).toEqual([503]);
  expect(await isServed(http, THERE)).toBe(true);
});

it('a small network does not lose its idle connections to a larger one', async () => {
  const http = await serve({ connections: 4, connectionsPerNetwork: 4 });
  const small = await open(http, 1, THERE);
  await open(http, 3, HERE, WAIT);
  await waitUntil('the requests', () => http.waiting === 3);
  const refused = await openConnection(http.url, '', HERE);
  await waitUntil('the refusal', () => refused.isClosed);
  expect(closed(small)).toEqual([false]);
});
