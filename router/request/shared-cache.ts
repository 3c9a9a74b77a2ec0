import { createHash } from 'node:crypto';
import type { HttpReply, HttpRequest } from '../../platform/http/types.ts';

/** How long an answer may be given again: the least of what the subgraphs said that had a part in it. */
export class Freshness {
  #leastMs: number | null = null;

  readonly observe = (freshForMs: number): void => {
    this.#leastMs = Math.min(freshForMs, this.#leastMs ?? Number.POSITIVE_INFINITY);
  };

  /** In milliseconds; 0 where no subgraph has said anything. */
  get ms(): number {
    return this.#leastMs ?? 0;
  }
}

/** All that the same URL may be answered differently by, beside the origin (`cors.ts`). */
const VARY = 'accept, authorization';

/**
 * Lets a shared cache keep the answer to an anonymous query for as long as all of its parts may be kept, and answers 304 to a GET of a
 * client or cache that has this answer. Everything else stays `no-store`: what has a token, an error, or a part that may not be kept.
 *
 * @param freshness of an anonymous query; null for any other request
 */
export function forSharedCaches(
  reply: HttpReply,
  { method, headers }: Pick<HttpRequest, 'method' | 'headers'>,
  freshness: Freshness | null,
): HttpReply {
  if (!freshness || freshness.ms <= 0 || reply.status !== 200 || reply.fault) return reply;
  const kept = {
    'cache-control': `public, max-age=${Math.ceil(freshness.ms / 1_000)}`,
    vary: VARY,
  };
  if (method !== 'GET') return { ...reply, headers: { ...reply.headers, ...kept } };
  const etag = etagOf(reply.body ?? '');
  if (isKnown(etag, headers['if-none-match'])) return { status: 304, headers: { ...kept, etag } };
  return { ...reply, headers: { ...reply.headers, ...kept, etag } };
}

/** Weak: proxies that compress an answer keep such a tag. */
const etagOf = (body: string | Buffer): string =>
  `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/** As RFC 9110, 13.1.2, compares them: marks of weakness do not count. */
function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag.slice(2));
}
