import { afterAll, beforeAll, expect, test } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { TcpProxy, type Fate } from '../../../tests/harness/tcp-proxy.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { SIGN_IN } from '../testing/operations.ts';
import { startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
let proxy: TcpProxy;
let subgraph: SubgraphUnderTest;

beforeAll(async () => {
  const redis = new URL(stores.redisUrl);
  proxy = new TcpProxy({ host: redis.hostname, port: Number(redis.port) });
  redis.port = String(await proxy.start());
  subgraph = await startForTest({ ...stores, redisUrl: redis.href });
});
afterAll(async () => {
  await subgraph.stop();
  await proxy.stop();
});

const signIn = () =>
  subgraph.request(SIGN_IN, { input: { email: 'buyer@firstcome.example', password: 'firstcome-buyer' } });

test.each<[string, Fate]>([
  ['does not answer in time', { delayMs: 4_000 }],
  ['is gone before it answers', 'cut'],
])('a request whose Redis command %s is unavailable, and the next one is not', async (_what, fate) => {
  proxy.nextWith('attempts:sign-in', fate);
  const { errors } = await signIn();
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE']);
  await waitUntil('the next sign-in', signIn, ({ data }) => data?.['signIn']?.__typename === 'Session');
});
