import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Fault } from '../errors.ts';

export interface ArrivingBody {
  /** Rejects with a fault: PAYLOAD_TOO_LARGE; BAD_REQUEST when the body does not arrive, or is not UTF-8; why it was refused. */
  readonly text: Promise<string>;
  /** Stops the upload and discards the received part. */
  refuse(reason: Fault): void;
}

/** Reads a body to its end, and keeps no more than `maxBytes` of it. */
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
    refuse = (reason) => {
      req.off('data', keep);
      chunks.length = 0;
      reject(reason);
    };
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) return refuse(new Fault('PAYLOAD_TOO_LARGE'));
    req.on('data', keep);
    req.on('end', () => {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      if (isUtf8(body)) resolve(body.toString('utf8'));
      else reject(new Fault('BAD_REQUEST', 'The request body is not UTF-8.'));
    });
    req.on('error', () => refuse(new Fault('BAD_REQUEST', 'The request body did not arrive.')));
    req.on('close', () => {
      if (!req.complete) refuse(new Fault('BAD_REQUEST', 'The request body did not arrive.'));
    });
  });
  return { text, refuse };
}
