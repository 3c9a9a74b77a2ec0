import type { HttpReply, HttpRequest } from '../../platform/http/server.ts';

/** Which pages of other origins may call from a browser. There are no cookies here, so that no credentials travel by themselves. */
export type AllowedOrigins = (origin: string) => boolean;

const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** @param setting origins separated by commas; `*`: any; `local`: pages served from this machine */
export function allowedOrigins(setting: string): AllowedOrigins {
  const named = new Set(
    setting
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
  );
  return (origin) => named.has('*') || named.has(origin) || (named.has('local') && LOCAL.test(origin));
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers':
    'authorization, content-type, last-event-id, x-request-id, x-request-timeout, traceparent, tracestate, apollo-require-preflight, x-apollo-operation-name, x-explain-cost',
  'access-control-max-age': '86400',
};

/** @returns the headers that let the page read the answer; none for a page that may not, whose browser then keeps it */
export function corsHeaders(
  { headers, method }: HttpRequest,
  allowed: AllowedOrigins,
): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined) return {};
  if (!allowed(origin)) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'x-request-id, retry-after',
    ...(method === 'OPTIONS' ? PREFLIGHT : {}),
  };
}

export const preflightReply: HttpReply = { status: 204, headers: { allow: 'GET, POST, OPTIONS' } };
