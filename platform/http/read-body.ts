import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Fault } from '../errors.ts';

/** @throws {Fault} PAYLOAD_TOO_LARGE; BAD_REQUEST when the body does not arrive, or is not UTF-8 */
export function readBody(req: IncomingMessage, maxBodyBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => {
      req.off('data', keep);
      reject(new Fault('PAYLOAD_TOO_LARGE'));
    };
    const chunks: Buffer[] = [];
    let size = 0;
    const keep = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBodyBytes) return tooLarge();
      chunks.push(chunk);
    };
    if (Number(req.headers['content-length'] ?? 0) > maxBodyBytes) return tooLarge();
    req.on('data', keep);
    req.on('end', () => {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      if (isUtf8(body)) resolve(body.toString('utf8'));
      else reject(new Fault('BAD_REQUEST', 'The request body is not UTF-8.'));
    });
    req.on('error', () => reject(new Fault('BAD_REQUEST', 'The request body did not arrive.')));
    req.on('close', () => {
      if (!req.complete) reject(new Fault('BAD_REQUEST', 'The request body did not arrive.'));
    });
  });
}
