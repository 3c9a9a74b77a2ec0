import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Fault } from '../errors.ts';

export interface ArrivingBody {
  /** Rejects with a fault: PAYLOAD_TOO_LARGE; BAD_REQUEST when the body does not arrive, or is not UTF-8; why it was refused. */
  readonly text: Promise<string>;
  /** Stops the upload and discards the received part. */
  refuse(reason: Fault): void;
}

/** Reads a body to its end, and keeps no more than `maxBytes` of it; once it is read or refused, nothing of it. */
export function receiveBody(req: IncomingMessage, maxBytes: number): ArrivingBody {
  let refuse!: (reason: Fault) => void;
  const text = new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const keep = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return refuse(new Fault('PAYLOAD_TOO_LARGE'));
      chunks.push(chunk);
    };
    const end = () => {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      forget();
      if (isUtf8(body)) resolve(body.toString('utf8'));
      else reject(new Fault('BAD_REQUEST', 'The request body is not UTF-8.'));
    };
    const lose = () => refuse(new Fault('BAD_REQUEST', 'The request body did not arrive.'));
    const close = () => {
      if (!req.complete) lose();
    };
    // The request lives as long as its response: listeners would keep the body for it, bytes and text.
    const forget = () => {
      chunks.length = 0;
      req.off('data', keep).off('end', end).off('error', lose).off('close', close);
    };
    refuse = (reason) => {
      forget();
      reject(reason);
    };
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) return refuse(new Fault('PAYLOAD_TOO_LARGE'));
    req.on('data', keep).on('end', end).on('error', lose).on('close', close);
  });
  return { text, refuse };
}
