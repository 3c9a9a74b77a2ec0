import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Teardown } from '../../start/teardown.ts';
import { startRedis } from '../../stores/start-redis.ts';
import { startChild } from './child.ts';

const CANNED = fileURLToPath(new URL('../canned/main.js', import.meta.url));

type SubgraphUrls = Readonly<Record<'user' | 'product' | 'order', string>>;

/** What every router is started beside. */
export interface RouterSurroundings {
  readonly subgraphs: SubgraphUrls;
  /** The same ones, where they take several operations in one request, as those of this project do. */
  readonly batchingSubgraphs: SubgraphUrls;
  readonly jwksUrl: string;
  readonly redisUrl: string;
  readonly signingKeys: string;
  readonly publicKey: string;
  /** For files that a router is started with. */
  readonly folder: string;
}

export async function openSurroundings(
  keys: { readonly signingKeys: string; readonly publicKey: string },
  teardown: Teardown,
): Promise<RouterSurroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'firstcome-bench-'));
  await teardown.add(() => rm(folder, { recursive: true, force: true }));
  const redis = await startRedis({ dataDir: join(folder, 'redis') });
  await teardown.add(() => redis.stop());
  const { ready } = await startChild(
    {
      name: 'the prepared subgraphs',
      args: [CANNED],
      environment: { PUBLIC_KEY: keys.publicKey },
    },
    teardown,
  );
  const origin = `http://127.0.0.1:${ready}`;
  return {
    subgraphs: subgraphsBelow(origin),
    batchingSubgraphs: subgraphsBelow(`${origin}/batching`),
    jwksUrl: `${origin}/.well-known/jwks.json`,
    redisUrl: redis.urls.router,
    folder,
    signingKeys: keys.signingKeys,
    publicKey: keys.publicKey,
  };
}

const subgraphsBelow = (url: string): SubgraphUrls => ({
  user: `${url}/user/graphql`,
  product: `${url}/product/graphql`,
  order: `${url}/order/graphql`,
});
