import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { captureLog } from '../../tests/harness/captured-log.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { makeToken } from '../../platform/identity/tokens/testing/issuer.ts';
import type { Answer, TestRouter } from '../testing/router.ts';
import { startStubSubgraph } from '../testing/subgraphs.ts';
import { useRouterSurroundings } from '../testing/use-router.ts';

const stores = useStores();
const { key, start } = useRouterSurroundings({ stores, subgraphs: ['product'], issuer: true });
let committed: string;

beforeAll(async () => {
  committed = await readFile(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
});

/** A field is gone that the committed supergraph has. */
const withoutServerTime = () => changed(/^ *"""The clock.*\n *serverTime: .*\n/m, '');

function changed(from: RegExp | string, to: string): string {
  const text = committed.replace(from, to);
  if (text === committed) throw new Error('The supergraph has nothing of the kind.');
  return text;
}

interface Watched {
  readonly router: TestRouter;
  readonly publish: (text: string) => Promise<void>;
  readonly logged: (words: string) => boolean;
}

async function watchedRouter(settings: Record<string, string> = {}): Promise<Watched> {
  const folder = await mkdtemp(join(tmpdir(), 'firstcome-supergraph-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, committed);
  const { logger, has } = captureLog();
  const router = await start(
    {
      SUPERGRAPH_FILE: file,
      SUPERGRAPH_REFRESH: '20ms',
      ...settings,
    },
    logger,
  );
  return { router, publish: (text) => writeFile(file, text), logged: has };
}

const TAKEN = 'a new supergraph is served';
const REFUSED = 'the new supergraph is refused';
const time = { query: '{ serverTime }' };

it('a good change is taken while the router is busy, and no request notices', async () => {
  const { router, publish, logged } = await watchedRouter();
  let isOver = false;
  const seen: number[] = [];
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) seen.push((await router.execute({ query: '{ product(id: "1") { name } }' })).status);
  });
  await publish(withoutServerTime());
  await waitUntil('the change', () => logged(TAKEN));
  const before = seen.length;
  await waitUntil('load after it', () => seen.length > before + 50);
  isOver = true;
  await Promise.all(load);
  expect(new Set(seen)).toEqual(new Set([200]));
  expect((await router.execute(time)).status).toBe(400);

  await publish(committed);
  await waitUntil('the way back', async () => (await router.execute(time)).status === 200);
});

it('a request that began on the old one ends on it', async () => {
  let letAnswer = (): void => undefined;
  const held = new Promise<void>((resolve) => (letAnswer = resolve));
  const slow = await startStubSubgraph(200, { data: { serverTime: '2026-01-02T03:04:05.678Z' } }, held);
  onTestFinished(async () => {
    letAnswer();
    await slow.close();
  });
  const { router, publish, logged } = await watchedRouter({ PRODUCT_URL: slow.graphqlUrl });
  let answered: Answer | undefined;
  const underWay = router.execute(time).then((answer) => (answered = answer));
  await waitUntil('the request', () => slow.received.length === 1);
  await publish(withoutServerTime());
  await waitUntil('the change', () => logged(TAKEN));
  expect(answered).toBeUndefined();
  expect((await router.execute(time)).status).toBe(400);
  letAnswer();
  expect(await underWay).toMatchObject({ status: 200, data: { serverTime: '2026-01-02T03:04:05.678Z' } });
});

it('rules that were added hold, also for operations that were executed before', async () => {
  const { router, publish } = await watchedRouter();
  expect((await router.execute(time)).status).toBe(200);
  await publish(changed('serverTime: DateTime!', 'serverTime: DateTime! @authenticated'));
  await waitUntil('the rule', async () => (await router.execute(time)).status === 401);
  expect((await router.execute({ ...time, token: makeToken(key) })).status).toBe(200);
});

it.each([
  ['was written by half', () => committed.slice(0, committed.length / 2)],
  ['is empty', () => ''],
  [
    'has a security specification that this router does not know',
    () =>
      changed(
        '@link(url: "https://specs.apollo.dev/join',
        '@link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)\n  @link(url: "https://specs.apollo.dev/join',
      ),
  ],
  [
    'has a subgraph without a URL',
    () => changed(/^( *PRODUCT @join__graph\(name: )"product", url: "[^"]*"/m, '$1"products", url: ""'),
  ],
  [
    'has no field that a subgraph answers',
    () => changed(/@join__field\(graph: [A-Z]+\)/g, '@join__field'),
  ],
])('one that %s is refused, and the last good one serves', async (_what, bad) => {
  const { router, publish, logged } = await watchedRouter();
  await publish(bad());
  await waitUntil('the refusal', () => logged(REFUSED));
  expect((await router.execute(time)).status).toBe(200);

  await publish(withoutServerTime());
  await waitUntil('the next good one', () => logged(TAKEN));
});

it('one that has a field which no subgraph answers is served without it, and the log names the field', async () => {
  const { router, publish, logged } = await watchedRouter();
  await publish(changed(/^( *serverTime: DateTime! )@join__field\(graph: PRODUCT\)/m, '$1@join__field'));
  await waitUntil('the change', () => logged(TAKEN));
  expect(logged('Query.serverTime')).toBe(true);
  expect((await router.execute({ query: '{ product(id: "1") { name } }' })).data).toEqual({
    product: { name: 'Product 1' },
  });
  const refused = await router.execute(time);
  expect([refused.status, refused.errors[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
});

it('one with rules is refused where there are no keys to check tokens by', async () => {
  const withoutRules = committed
    .replace(/^directive @(authenticated|requiresScopes)\b.*\n/gm, '')
    .replace(/^ *@link\(url: "https:\/\/specs\.apollo\.dev\/(authenticated|requiresScopes)[^\n]*\n/gm, '')
    .replace(/ ?@(authenticated|requiresScopes\([^)]*\))/g, '');
  const rules = committed;
  committed = withoutRules;
  onTestFinished(() => {
    committed = rules;
  });
  const { router, publish, logged } = await watchedRouter({ JWKS_URL: 'off' });
  await publish(rules);
  await waitUntil('the refusal', () => logged(REFUSED));
  expect((await router.execute(time)).status).toBe(200);
});
