import { isIP } from 'node:net';
import type { HttpRequest } from '../../platform/http/server.ts';

/**
 * From where a client connects. Every proxy appends to `x-forwarded-for` what it was connected from, so with n proxies of ours in
 * front the n-th entry from the end is the client's; what stands before that is the client's own word, and worth nothing.
 *
 * @param trustedProxies how many proxies of ours stand in front of this router
 */
export function clientAddressOf(
  request: Pick<HttpRequest, 'headers' | 'remoteAddress'>,
  trustedProxies: number,
): string {
  if (trustedProxies > 0) {
    const forwarded = [request.headers['x-forwarded-for'] ?? ''].flat().join(',').split(',');
    const address = forwarded.at(-trustedProxies)?.trim() ?? '';
    if (isIP(address)) return address;
  }
  return request.remoteAddress;
}
