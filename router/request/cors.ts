import type { HttpReply, HttpRequest } from '../../platform/http/types.ts';
import type { AllowedOrigins } from './origins.ts';

/** What a page may send beside the headers that it names beforehand; for a preflight that names none. */
const USUAL_HEADERS = 'authorization, content-type';
/** Names of headers separated by commas, and not more of them than a client has use for. */
const NAMES_OF_HEADERS = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;
const MAX_NAMES = 2_000;

/**
 * @returns the headers that let the page read the answer; none for a page that may not, whose browser then keeps it. `vary` is there in
 * any case: a cache must not give what was made for one origin, or for none, to another.
 */
export function corsHeaders(
  { headers, method }: Pick<HttpRequest, 'headers' | 'method'>,
  allowed: AllowedOrigins,
): Record<string, string> {
  const { origin } = headers;
  const isPreflight = method === 'OPTIONS';
  const vary = isPreflight ? 'origin, access-control-request-headers' : 'origin';
  if (origin === undefined || !allowed(origin)) return { vary };
  return {
    vary,
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'x-request-id, retry-after, etag',
    ...(isPreflight ? preflight(headers['access-control-request-headers']) : {}),
  };
}

/**
 * Any header that the page names is allowed: tracing and clients add their own, no header gives rights to a page that its token does not, and
 * what the router does not know it does not read.
 */
function preflight(named: string | undefined): Record<string, string> {
  const names = named?.trim() ?? '';
  return {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers':
      names.length <= MAX_NAMES && NAMES_OF_HEADERS.test(names) ? names : USUAL_HEADERS,
    'access-control-max-age': '86400',
  };
}

export const preflightReply: HttpReply = { status: 204, headers: { allow: 'GET, POST, OPTIONS' } };
