import { afterAll, beforeAll } from 'vitest';
import {
  rsaKey,
  startIssuer,
  type TestIssuer,
  type TestKey,
} from '../../platform/identity/tokens/testing/issuer.ts';
import type { Logger } from '../../platform/logger.ts';
import { routerForThisTest, startTestRouter, type TestRouter } from './router.ts';
import { startTestSubgraph, type SubgraphName, type TestSubgraph } from './subgraphs.ts';

export interface UseRouterOptions {
  /** Of `useStores`. */
  readonly stores: { readonly redisUrl: string; readonly redisPrefix: string };
  /** Those that run; the others are at no address. */
  readonly subgraphs?: readonly SubgraphName[];
  /** Whether there is an issuer, whose tokens `key` signs. */
  readonly issuer?: boolean;
  /** Of every router of the file, as in the environment. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What runs around the routers of a test file. Usable in hooks and tests of the file; it may be destructured before. */
export interface RouterSurroundings {
  readonly key: TestKey;
  readonly issuer: TestIssuer;
  readonly user: TestSubgraph;
  readonly product: TestSubgraph;
  readonly order: TestSubgraph;
  /** By which each router of the file is started. */
  readonly settings: Readonly<Record<string, string>>;
  /** Starts a router with other settings beside these. It is closed when the test is done. */
  readonly start: (changes?: Readonly<Record<string, string>>, logger?: Logger) => Promise<TestRouter>;
}

interface Started {
  readonly issuer: TestIssuer | null;
  readonly subgraphs: ReadonlyMap<SubgraphName, TestSubgraph>;
  readonly settings: Readonly<Record<string, string>>;
}

/** For a file whose tests start routers of their own. */
export function useRouterSurroundings({
  stores,
  subgraphs: names = [],
  issuer: hasIssuer = false,
  settings = {},
}: UseRouterOptions): RouterSurroundings {
  const key = rsaKey('key-1');
  let started: Started | null = null;

  beforeAll(async () => {
    const [issuer, ...running] = await Promise.all([
      hasIssuer ? startIssuer(key) : null,
      ...names.map((name) => startTestSubgraph(name)),
    ]);
    const subgraphs = new Map(names.map((name, index) => [name, running[index]!]));
    const urls = [...subgraphs].map(([name, { graphqlUrl }]) => [`${name.toUpperCase()}_URL`, graphqlUrl]);
    started = {
      issuer,
      subgraphs,
      settings: {
        ...(issuer ? { JWKS_URL: issuer.jwksUrl } : {}),
        ...(Object.fromEntries(urls) as Record<string, string>),
        REDIS_URL: stores.redisUrl,
        REDIS_PREFIX: stores.redisPrefix,
        ...settings,
      },
    };
  });
  afterAll(async () => {
    const subgraphs = [...(started?.subgraphs.values() ?? [])];
    await Promise.all([started?.issuer?.close(), ...subgraphs.map((subgraph) => subgraph.close(100))]);
  });

  const subgraph = (name: SubgraphName) =>
    onceStarted(() => started?.subgraphs.get(name), `the ${name} subgraph`);
  const shared = onceStarted(() => started?.settings, 'the settings');
  return {
    key,
    issuer: onceStarted(() => started?.issuer, 'the issuer'),
    user: subgraph('user'),
    product: subgraph('product'),
    order: subgraph('order'),
    settings: shared,
    start: (changes = {}, logger) => routerForThisTest({ ...shared, ...changes }, logger),
  };
}

/** As `useRouterSurroundings`, with a router that the whole file uses. */
export function useRouter(options: UseRouterOptions): RouterSurroundings & { readonly router: TestRouter } {
  const surroundings = useRouterSurroundings(options);
  let router: TestRouter | null = null;
  beforeAll(async () => {
    router = await startTestRouter(surroundings.settings);
  });
  afterAll(() => router?.close());
  return { ...surroundings, router: onceStarted(() => router, 'the router') };
}

/** Stands for an object that a hook makes, so that a file can name it before. */
function onceStarted<Made extends object>(made: () => Made | null | undefined, what: string): Made {
  const started = (): Made => {
    const value = made();
    if (!value) throw new Error(`There is no such thing in this file, or not yet: ${what}.`);
    return value;
  };
  return new Proxy({} as Made, {
    get: (_target, name) => Reflect.get(started(), name) as unknown,
    has: (_target, name) => Reflect.has(started(), name),
    ownKeys: () => Reflect.ownKeys(started()),
    getOwnPropertyDescriptor: (_target, name) => Reflect.getOwnPropertyDescriptor(started(), name),
  });
}
