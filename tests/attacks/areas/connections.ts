import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { newKey, openSale, purchase } from '../../harness/shop.ts';
import { waitUntil } from '../../harness/wait-until.ts';
import type { Attack } from '../attack.ts';
import { someAddress } from '../attacked-system.ts';

/** Attacks by connections, independent of the requests on them. */
export const attacksOnConnections: readonly Attack[] = [
  {
    attack: 'five connections that request a large response 400 times each and read nothing',
    gets: 'cost a bounded amount of memory, and are disconnected (backpressure)',
    async run({ stack, rounds }) {
      const { pid, url } = stack.routers[0]!;
      const before = residentMiB(pid);
      const request = `GET ${LARGE_QUERY} HTTP/1.1\r\nhost: shop\r\nx-apollo-operation-name: a\r\nx-forwarded-for: ${someAddress()}\r\n\r\n`;
      const sockets = await openUnread(url, 5 * rounds, request.repeat(400));
      let most = before;
      await waitUntil(
        'all of them to be cut',
        () => {
          most = Math.max(most, residentMiB(pid));
          return sockets.every(isCut);
        },
        Boolean,
        60_000,
      );
      expect(most - before).toBeLessThan(MOST_MIB);
    },
  },
  {
    attack: 'a valid purchase followed by invalid bytes on the same connection',
    gets: 'is answered before the invalid bytes are rejected',
    async run({ stack }) {
      const product = await openSale(stack, { units: 1 });
      const body = JSON.stringify({
        query: 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }',
        variables: { input: { productId: product, idempotencyKey: newKey() } },
      });
      const request = `${head(body, someAddress(), stack.mint.buyer())}${body}`;
      const answers = await sendBytes(stack.routers[0]!.url, `${request}rubbish\r\n\r\n`);
      expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '400']);
      expect(answers).toContain('PurchaseConfirmed');
    },
  },
  {
    attack: 'hundreds of connections with half a request each',
    gets: 'do not stop a purchase',
    async run(system) {
      const { stack, rounds } = system;
      const half = `POST /graphql HTTP/1.1\r\nhost: shop\r\nx-forwarded-for: ${someAddress()}\r\ncontent-`;
      const sockets = await openUnread(stack.routers[0]!.url, Math.min(300 * rounds, 3_000), half);
      const product = await openSale(stack, { units: 1 });
      const answer = await purchase(system.from(someAddress()), product, stack.mint.buyer());
      expect(answer.__typename).toBe('PurchaseConfirmed');
      for (const socket of sockets) socket.destroy();
    },
  },
];

/** Answered with more than a hundred times its length, and cheap enough that all of the requests are within the cost limits of an address. */
const LARGE_QUERY = `/graphql?query=${encodeURIComponent(
  `{ __schema { types { name ${[...'abcdefghij'].map((alias) => `${alias}: description`).join(' ')} } } }`,
)}`;

/** Far above what the limits let the router keep for these clients, and far below what the attack requests. */
const MOST_MIB = 150;

const head = (body: string, address: string, token?: string) =>
  [
    'POST /graphql HTTP/1.1',
    'host: shop',
    'content-type: application/json',
    `x-forwarded-for: ${address}`,
    ...(token ? [`authorization: Bearer ${token}`] : []),
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    '',
  ].join('\r\n');

/** Connections that send `bytes` and read nothing. */
async function openUnread(url: string, count: number, bytes: string): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.pause();
      await once(socket, 'connect');
      socket.write(bytes);
      return socket;
    }),
  );
}

/** A socket that does not read learns only by sending that the other side has closed it. */
function isCut(socket: Socket): boolean {
  if (!socket.destroyed) socket.write('x');
  return socket.destroyed;
}

/** @returns all that came until the server closed the connection */
async function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(bytes)).setEncoding('latin1');
  let text = '';
  for await (const part of socket) text += part;
  return text;
}

/** Memory of a process, as the system counts it. */
function residentMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1_024;
}
