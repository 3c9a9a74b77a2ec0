import { isIP } from 'node:net';
import type { HttpRequest } from '../../platform/http/types.ts';

/** The proxies of ours in front of this router, and where they write what they were connected from. */
export interface TrustedProxies {
  readonly count: number;
  /** One alone: proxies that write one of these headers pass on the other as the client sent it. */
  readonly header: ForwardedHeader;
}

export const FORWARDED_HEADERS = ['x-forwarded-for', 'forwarded'] as const;
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number];

/**
 * From where a client connects. Every proxy appends to the header what it was connected from, so with n proxies of ours in
 * front the n-th entry from the end is the client's; what stands before that was sent by the client, and is not trusted.
 * Entries are counted from the end and split at every comma: whatever a client writes before them, quotes included, moves none of them.
 *
 * @returns where the connection comes from when there is no such entry, or when it is no address
 */
export function clientAddressOf(
  { headers, remoteAddress }: Pick<HttpRequest, 'headers' | 'remoteAddress'>,
  { count, header }: TrustedProxies,
): string {
  if (count === 0) return remoteAddress;
  const entry = [headers[header] ?? ''].flat().join(',').split(',').at(-count)?.trim() ?? '';
  const address = addressIn(header === 'forwarded' ? forIn(entry) : entry);
  return address ?? remoteAddress;
}

/** Whether a proxy has written down, or a client claims, from where a request comes. */
export const saysForwarded = ({ headers }: Pick<HttpRequest, 'headers'>): boolean =>
  FORWARDED_HEADERS.some((name) => headers[name] !== undefined);

const QUOTED = /^"([^"\\]*)"$/;
const WITH_PORT = /^(?:\[([^[\]]+)\]|([\d.]+))(?::\d{1,5})?$/;

/** @param node as proxies write it: an address, an IPv4 address with a port, an IPv6 address in brackets with or without one; maybe quoted */
function addressIn(node: string): string | null {
  const written = QUOTED.exec(node)?.[1] ?? node;
  if (isIP(written)) return written;
  const [, inBrackets, withPort] = WITH_PORT.exec(written) ?? [];
  if (inBrackets !== undefined) return isIP(inBrackets) === 6 ? inBrackets : null;
  return withPort !== undefined && isIP(withPort) === 4 ? withPort : null;
}

const PAIR = /^\s*([a-z]+)=("[^"\\]*"|[^\s"=]+)\s*$/i;

/** @param element of `Forwarded` (RFC 7239) @returns what its `for` names; empty where it has none, or is not written as it should be */
function forIn(element: string): string {
  const pairs = element.split(';').map((pair) => PAIR.exec(pair));
  if (pairs.includes(null)) return '';
  return pairs.find((pair) => pair?.[1]?.toLowerCase() === 'for')?.[2] ?? '';
}
