import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Fault } from '../errors.ts';
import { receiveBody, type ArrivingBody } from './read-body.ts';

/** For `end`, Node has a listener of its own. */
const EVENTS = ['data', 'error', 'close'];

/** Posts a body in two chunks, and gives what has arrived to `receive`, whose result it returns. */
async function post<Result>(
  chunks: readonly string[],
  receive: (req: IncomingMessage) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const server = createServer((req, res) => {
      receive(req).then(resolve, reject);
      res.end();
    });
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const client = request({ port, method: 'POST', agent: false });
      client.on('error', () => undefined);
      for (const chunk of chunks) client.write(chunk);
      client.end();
    });
  });
}

const listenersOf = (req: IncomingMessage) => EVENTS.map((event) => req.listenerCount(event));

it.each<[string, (body: ArrivingBody) => Promise<unknown>]>([
  ['is read', ({ text }) => text],
  [
    'is refused',
    (body) => {
      body.refuse(new Fault('UNAVAILABLE'));
      return body.text.catch(() => undefined);
    },
  ],
])('a request keeps nothing of a body that %s, for as long as it waits for its response', async (_, end) => {
  const [before, after] = await post(['{"a":', '1}'], async (req) => {
    const atFirst = listenersOf(req);
    await end(receiveBody(req, 100));
    return [atFirst, listenersOf(req)];
  });
  expect(after).toEqual(before);
});

it('a body is read as a whole, in as many parts as it arrives', async () => {
  expect(await post(['{"a":', '1}'], (req) => receiveBody(req, 100).text)).toBe('{"a":1}');
});
