import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../tests/harness/stores.ts';
import { BAD_REQUESTS } from './testing/bad-requests.ts';
import { bytesOf, type BadRequest } from './testing/bad-requests/bad-request.ts';
import { makeBadTokens } from './testing/bad-tokens.ts';
import { makeToken } from '../platform/identity/tokens/testing/issuer.ts';
import { sendBytes } from './testing/raw-http.ts';
import { startTestRouter, type TestRouter } from './testing/router.ts';
import { useRouterSurroundings } from './testing/use-router.ts';

const stores = useStores();
const { key, issuer, settings } = useRouterSurroundings({
  stores,
  subgraphs: ['product', 'order', 'user'],
  issuer: true,
  // Each of the table is new to its router.
  settings: { RATE_LIMIT_NEW_OPERATIONS: 'off' },
});
const tokens = makeBadTokens(key);
const routers = new Map<string, TestRouter>();

/** Settings beside the usual ones. */
const SETTINGS: Record<NonNullable<BadRequest['to']> | 'usual', Record<string, string>> = {
  usual: {},
  roomy: { OPERATION_MAX_ALIASES: '200', OPERATION_MAX_TOKENS: '10000', RATE_LIMIT_PER_FIELD: 'off' },
  production: { NODE_ENV: 'production' },
  impatient: { RECEIVE_TIMEOUT: '1s' },
  manifest: { PERSISTED_OPERATIONS: 'only' },
  strict: {
    AUTOMATIC_PERSISTED_QUERIES: 'off',
    RATE_LIMIT_PER_FIELD: 'Query.serverTime 1000/s burst 2 per address',
  },
};

beforeAll(async () => {
  for (const [name, changes] of Object.entries(SETTINGS)) {
    const router = await startTestRouter({ ...settings, ...changes });
    routers.set(name, router);
    usualMs.set(name, await usualTime(() => executeGoodQuery(name)));
  }
});
afterAll(() => Promise.all([...routers.values()].map((router) => router.close())));

/** Internals that no response may show. */
const INSIDE = /\bat \S+ \(|node_modules|\.[jt]s:\d|127\.0\.0\.1|SELECT |ECONN|<html|<!doctype/i;

const PING = '{ serverTime }';
/** A bad request may make a good one take so many times its usual time: a garbage collection does, a loop that is blocked does not pass. */
const MOST_SLOWED = 40;
/** How long a good request takes at each router while there is no other, in milliseconds. */
const usualMs = new Map<string, number>();
const GOOD_QUERY = { manifest: 'query ServerTime { serverTime }' } as Record<string, string>;

for (const [heading, rows] of Object.entries(BAD_REQUESTS)) {
  describe(heading, () => {
    it.each(rows.map((row): [string, string, BadRequest] => [row.what, row.answer, row]))(
      '%s: %s',
      async (_what, expected, row) => {
        const name = row.to ?? 'usual';
        const router = routers.get(name)!;
        const bytes = bytesOf(row, row.token && tokens[row.token]);
        const reply = (await sendBytes(router.url, bytes)).at(-1);

        const [status, code] = expected.split(' ');
        expect(reply?.status).toBe(Number(status));
        expect(reply?.headers.get('content-type')).toMatch(/^application\/json/);
        if (row.method !== 'HEAD') {
          const { errors, data } = JSON.parse(reply!.body) as { errors: [Error, ...Error[]]; data?: unknown };
          expect(errors[0].extensions.code).toBe(code);
          expect(errors[0].message).toMatch(/^[A-Z`].{10,}/);
          expect(errors.length).toBeLessThanOrEqual(6);
          expect(data).toBeUndefined();
          if (row.says) expect(errors[0].message).toContain(row.says);
        }
        expect(reply?.body).not.toMatch(INSIDE);
        if (row.hides) expect(reply?.body).not.toContain(row.hides);
        await expectNotToDelayOthers(name, bytes);
      },
    );
  });
}

/** A good request that is sent right after the bad one, over another connection, is answered about as soon as without it. */
async function expectNotToDelayOthers(name: string, bytes: Buffer): Promise<void> {
  const most = usualMs.get(name)! * MOST_SLOWED;
  let tookMs = Infinity;
  for (let attempt = 0; attempt < 3 && tookMs > most; attempt++) {
    const sent = withResolvers();
    const bad = sendBytes(routers.get(name)!.url, bytes, sent.resolve);
    await sent.promise;
    tookMs = Math.min(tookMs, await executeGoodQuery(name));
    await bad;
  }
  expect(tookMs).toBeLessThan(most);
}

/** @returns how long it took, in milliseconds */
async function executeGoodQuery(name: string): Promise<number> {
  const sentAt = performance.now();
  expect(await routers.get(name)!.execute({ query: GOOD_QUERY[name] ?? PING })).toMatchObject({
    status: 200,
    errors: [],
  });
  return performance.now() - sentAt;
}

async function usualTime(execute: () => Promise<number>): Promise<number> {
  const took: number[] = [];
  while (took.length < 21) took.push(await execute());
  return took.sort((a, b) => a - b)[10]!;
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => undefined as void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

interface Error {
  readonly message: string;
  readonly extensions: { readonly code: string };
}

it('a flood of tokens of unknown keys is refused one by one, and the keys are not fetched for each', async () => {
  const before = issuer.fetches();
  const begunAt = performance.now();
  const router = routers.get('usual')!;
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      router.execute({ query: PING, token: makeToken(key, undefined, { kid: `unknown-${n}` }) }),
    ),
  );
  expect(answers.every(({ status }) => status === 401)).toBe(true);
  // One, and one more for each three seconds that the flood has lasted.
  const lastedS = (performance.now() - begunAt) / 1_000;
  expect(issuer.fetches() - before).toBeLessThanOrEqual(1 + Math.floor(lastedS / 3));
});

it('there are as many of them as the README says', async () => {
  const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');
  const said = /table of (\d+) bad requests/.exec(readme)?.[1];
  expect(Object.values(BAD_REQUESTS).flat()).toHaveLength(Number(said));
});
