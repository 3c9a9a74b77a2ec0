import { describe, expect, it } from 'vitest';
import { forSharedCaches, Freshness } from './shared-cache.ts';

const BODY = '{"data":{"products":{"nodes":[]}}}';
const fresh = (...ms: number[]) => {
  const freshness = new Freshness();
  ms.forEach(freshness.observe);
  return freshness;
};
const shared = (
  freshness: Freshness | null,
  headers: Record<string, string> = {},
  reply: Partial<Parameters<typeof forSharedCaches>[0]> = {},
  method = 'GET',
) => forSharedCaches({ status: 200, body: BODY, ...reply }, { method, headers }, freshness);

describe('an answer may be kept', () => {
  it.each([
    [[1_000], 'public, max-age=1'],
    [[60_000, 5_000], 'public, max-age=5'],
    [[300], 'public, max-age=1'],
    [[1_001], 'public, max-age=2'],
  ])('by what its parts of %j ms allow', (ms, cacheControl) => {
    expect(shared(fresh(...ms)).headers).toMatchObject({
      'cache-control': cacheControl,
      vary: 'accept, authorization',
    });
  });

  it('also where it was sent by POST, which has no tag', () => {
    expect(shared(fresh(1_000), {}, {}, 'POST').headers).toEqual({
      'cache-control': 'public, max-age=1',
      vary: 'accept, authorization',
    });
  });

  it.each<[what: string, reply: ReturnType<typeof shared>]>([
    ['of a signed-in caller or a mutation', shared(null)],
    ['of no subgraph', shared(fresh())],
    ['with a part that may not', shared(fresh(1_000, 0))],
    ['with an error beside data', shared(fresh(1_000), {}, { fault: 'TIMEOUT' })],
    ['that is a refusal', shared(fresh(1_000), {}, { status: 400 })],
  ])('not one %s', (_what, reply) => {
    expect(reply.headers).toBeUndefined();
  });
});

describe('a tag', () => {
  const etag = shared(fresh(1_000)).headers!['etag']!;

  it.each([etag, etag.slice(2), `"other", ${etag}`, '*'])(
    'that the client has, as %s, is answered 304',
    (known) => {
      const reply = shared(fresh(1_000), { 'if-none-match': known });
      expect(reply).toEqual({
        status: 304,
        headers: { 'cache-control': 'public, max-age=1', vary: 'accept, authorization', etag },
      });
    },
  );

  it.each(['"other"', '', etag.slice(0, -2)])('that is another one, %s, is not', (known) => {
    expect(shared(fresh(1_000), { 'if-none-match': known }).status).toBe(200);
  });

  it('of an answer that may not be kept counts nothing', () => {
    expect(shared(null, { 'if-none-match': '*' }).status).toBe(200);
  });

  it('is that of the body', () => {
    expect(shared(fresh(1_000), {}, { body: `${BODY} ` }).headers!['etag']).not.toBe(etag);
  });
});
