import { expect, it, type TestContext } from 'vitest';
import { useRedisCluster } from '../../tests/harness/redis-cluster.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { TcpProxy } from '../../tests/harness/tcp-proxy.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { createLogger } from '../logger.ts';
import { connectRedis, openRedis } from './client.ts';
import { subscribe } from './subscription.ts';

/** How soon a connection has to recover once a healthy server is reachable under the name, in milliseconds. */
const RECOVERY_MS = 10_000;

const logger = createLogger('test', 'silent');
const stores = useStores();
const { cluster } = useRedisCluster(stores);

/** A proxy to Redis for one test, so that the tests wait beside each other. */
async function proxyOf({ onTestFinished }: TestContext): Promise<{ proxy: TcpProxy; redisUrl: string }> {
  const through = new URL(stores.redisUrl);
  const proxy = new TcpProxy({ host: through.hostname, port: Number(through.port) });
  onTestFinished(() => {
    expect(proxy.isWaiting).toBe(false);
    return proxy.stop();
  });
  through.hostname = '127.0.0.1';
  through.port = String(await proxy.start());
  return { proxy, redisUrl: through.href };
}

/** Waits until a command gets a reply. */
const untilReply = (send: () => Promise<unknown>) =>
  waitUntil(
    'a reply',
    () =>
      send().then(
        () => true,
        () => false,
      ),
    Boolean,
    RECOVERY_MS,
  );

it.concurrent('commands get replies again after the server was silent', async (test) => {
  const { proxy, redisUrl } = await proxyOf(test);
  const redis = await connectRedis({ url: redisUrl, logger });
  test.onTestFinished(() => redis.disconnect());
  proxy.silence();
  await expect(redis.ping()).rejects.toThrow();
  await untilReply(() => redis.ping());
});

it.concurrent(
  'a connection that was opened while the server was silent does not delay the next one',
  async (test) => {
    const { proxy, redisUrl } = await proxyOf(test);
    const redis = openRedis({ url: redisUrl, logger });
    test.onTestFinished(() => redis.disconnect());
    const held = proxy.joined;
    proxy.silence({ alsoNew: true });
    redis.connect().catch(() => undefined);
    await waitUntil('the connection to be accepted', () => proxy.joined > held);
    proxy.passNew();
    await untilReply(() => redis.ping());
  },
);

it.concurrent('an idle connection recovers by itself', async (test) => {
  const { proxy, redisUrl } = await proxyOf(test);
  const redis = await connectRedis({ url: redisUrl, logger });
  test.onTestFinished(() => redis.disconnect());
  const before = proxy.joined;
  proxy.silence();
  await waitUntil('a new connection', () => proxy.joined > before, Boolean, RECOVERY_MS);
});

it.concurrent('a healthy idle connection stays', async (test) => {
  const { proxy, redisUrl } = await proxyOf(test);
  const redis = await connectRedis({ url: redisUrl, logger });
  test.onTestFinished(() => redis.disconnect());
  const { joined } = proxy;
  // Two more than the checks that would end it.
  for (let heartbeat = 1; heartbeat <= 6; heartbeat++) {
    proxy.nextWith('ping', 'pass');
    await waitUntil('a heartbeat', () => !proxy.isWaiting);
  }
  await redis.ping();
  expect(proxy.joined).toBe(joined);
});

it.concurrent('a subscription reports the gap, and receives messages, once it is back', async (test) => {
  const { proxy, redisUrl } = await proxyOf(test);
  const received: string[] = [];
  let gaps = 0;
  const channel = `${stores.redisPrefix}news`;
  const subscription = subscribe({
    url: redisUrl,
    channel,
    onMessage: (text) => received.push(text),
    onGap: () => gaps++,
    logger,
  });
  test.onTestFinished(() => subscription.close());
  const publisher = await connectRedis({ url: stores.redisUrl, logger });
  test.onTestFinished(() => publisher.disconnect());
  await waitUntil('the subscription', () => gaps === 1);
  await publisher.publish(channel, 'heard');
  await waitUntil('the first message', () => received.length === 1);

  proxy.silence();
  await publisher.publish(channel, 'missed');
  await waitUntil('the gap to be reported', () => gaps === 2, Boolean, RECOVERY_MS);
  expect(subscription.isOpen).toBe(true);
  await publisher.publish(channel, 'heard again');
  await waitUntil('the next message', () => received.length === 2);
  expect(received).toEqual(['heard', 'heard again']);
});

it.concurrent(
  'the nodes of a cluster are reached again, and its subscription reports the gap',
  async (test) => {
    const lines = await cluster.throughProxies();
    test.onTestFinished(() => lines.stop());
    const redis = await connectRedis({ url: lines.url, logger });
    test.onTestFinished(() => redis.disconnect());
    const keys = Array.from({ length: 24 }, (_, i) => `${stores.redisPrefix}{${i}}`);
    const writeAll = () => Promise.all(keys.map((key) => redis.set(key, '1')));
    let gaps = 0;
    const subscription = subscribe({
      url: lines.url,
      channel: `${stores.redisPrefix}news`,
      onMessage: () => undefined,
      onGap: () => gaps++,
      logger,
    });
    test.onTestFinished(() => subscription.close());
    await untilReply(writeAll);
    await waitUntil('the subscription', () => gaps === 1);

    for (const line of lines.proxies) line.silence();
    await untilReply(writeAll);
    await waitUntil('the gap to be reported', () => gaps === 2, Boolean, RECOVERY_MS);
  },
);
