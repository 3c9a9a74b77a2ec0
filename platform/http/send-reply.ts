import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { HttpReply } from './types.ts';

/** A body that was not read to its end would be taken for the next request; a stream has no end but that of its connection. */
export const endsConnection = (req: IncomingMessage, reply: HttpReply): boolean =>
  reply.stream !== undefined || !req.complete;

/** These never have one, and no length (RFC 9110, 8.6). */
const WITHOUT_BODY = new Set([204, 304]);

/** Of a body in parts only the head is sent. @param isLast whether the connection carries nothing after this, as it must where `endsConnection` */
export function sendReply(
  req: IncomingMessage,
  res: ServerResponse,
  reply: HttpReply,
  isLast: boolean,
): void {
  if (res.destroyed || res.writableEnded) return;
  if (reply.stream) return sendStream(res, reply, reply.stream);
  if (reply.parts) return void res.writeHead(reply.status, headersOf(reply, isLast));
  const body = reply.body ?? '';
  res.writeHead(reply.status, {
    ...(WITHOUT_BODY.has(reply.status) ? {} : { 'content-length': Buffer.byteLength(body) }),
    ...headersOf(reply, isLast),
  });
  if (req.complete) return void res.end(req.method === 'HEAD' ? undefined : body);
  if (req.method === 'HEAD') res.flushHeaders();
  else res.write(body);
  discardRest(req, () => res.end());
}

const headersOf = ({ headers }: HttpReply, isLast: boolean): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  ...(isLast ? { connection: 'close' } : {}),
  ...headers,
});

/** How long the rest of a request is read after an early response, in milliseconds. */
const DISCARD_MS = 1_000;

/**
 * Reads and discards the rest of a request before the connection is closed: a close with unread data resets the connection, and
 * many clients then see the reset instead of the response.
 */
function discardRest(req: IncomingMessage, close: () => void): void {
  const timer = setTimeout(close, DISCARD_MS);
  req.once('close', () => clearTimeout(timer));
  req.once('end', close);
  req.resume();
}

/** Its connection carries nothing after it. */
function sendStream(
  res: ServerResponse,
  { status, headers }: HttpReply,
  stream: (out: Writable) => void,
): void {
  res.writeHead(status, {
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    connection: 'close',
    ...headers,
  });
  res.flushHeaders();
  stream(res);
}
