import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FAULTS, type FaultCode } from '../errors.ts';

/** By Node's error code: a request that was no HTTP, too large in its headers, or never finished. */
const FAULT_OF: Readonly<Record<string, { readonly code: FaultCode; readonly status: number }>> = {
  HPE_HEADER_OVERFLOW: { code: 'PAYLOAD_TOO_LARGE', status: 431 },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'BAD_REQUEST', status: 408 },
};

const MALFORMED = { code: 'BAD_REQUEST', status: 400 } as const;

/** For `clientError` of a node:http server: input that is not HTTP gets a JSON response, too. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  const { code, status } = FAULT_OF[error.code ?? ''] ?? MALFORMED;
  respondAndClose(socket, status, code);
}

/** CONNECT is refused: this is no proxy. */
export const refuseConnect = (socket: Duplex): void =>
  respondAndClose(socket, FAULTS.METHOD_NOT_ALLOWED.status, 'METHOD_NOT_ALLOWED');

/** How long the rest of it is read and discarded, in milliseconds: a close before that would reset the connection. */
const DISCARD_MS = 1_000;

/** For a request whose head has not arrived when the server shuts down: it is not executed. */
export const refuseUnfinished = (socket: Socket): void =>
  respondAndClose(socket, FAULTS.UNAVAILABLE.status, 'UNAVAILABLE');

/** For a connection without a free place. It is closed at once, because descriptors are the scarce resource. */
export function refuseConnection(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.end(responseOf(FAULTS.UNAVAILABLE.status, 'UNAVAILABLE'), () => socket.destroy());
}

function respondAndClose(socket: Duplex, status: number, code: FaultCode): void {
  if (!socket.writable) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), DISCARD_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(responseOf(status, code));
}

function responseOf(status: number, code: FaultCode): string {
  const body = JSON.stringify({ errors: [{ message: FAULTS[code].message, extensions: { code } }] });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
