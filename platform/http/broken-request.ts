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

/** For `clientError` of a node:http server: what is not even a request is answered in JSON, too. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  const { code, status } = FAULT_OF[error.code ?? ''] ?? MALFORMED;
  sayAndHangUp(socket, status, code);
}

/** This is no proxy. */
export const refuseConnect = (socket: Duplex): void =>
  sayAndHangUp(socket, FAULTS.METHOD_NOT_ALLOWED.status, 'METHOD_NOT_ALLOWED');

/** How long the rest of it is listened to, into nothing, in milliseconds: a close before that would reset the connection. */
const LISTEN_ON_MS = 1_000;

/** For a request whose head has not arrived when the server ends: it was not heard. */
export const refuseUnfinished = (socket: Socket): void =>
  sayAndHangUp(socket, FAULTS.UNAVAILABLE.status, 'UNAVAILABLE');

/** For a connection that finds no place. It is closed at once: its descriptor is what there is too little of. */
export function refuseConnection(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.end(answerOf(FAULTS.UNAVAILABLE.status, 'UNAVAILABLE'), () => socket.destroy());
}

function sayAndHangUp(socket: Duplex, status: number, code: FaultCode): void {
  if (!socket.writable) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), LISTEN_ON_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(answerOf(status, code));
}

function answerOf(status: number, code: FaultCode): string {
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
