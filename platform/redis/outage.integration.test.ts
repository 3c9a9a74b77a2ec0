import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { useOwnRedis } from '../../tests/harness/own-redis.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { openRedis } from './client.ts';
import { subscribe } from './subscription.ts';

const { redis: server, stores } = useOwnRedis(useStores());

it('a process without Redis logs that once, and once that it is back, for all of its connections', async () => {
  const lines: { msg: string; failures?: number; reason?: string; err?: unknown }[] = [];
  const logger = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[0]) },
  );
  const url = stores.redisUrl;
  const clients = [openRedis({ url, logger }), openRedis({ url, logger })];
  const subscription = subscribe({
    url,
    logger,
    channel: 'news',
    onMessage: () => undefined,
    onGap: () => undefined,
  });
  onTestFinished(() => {
    subscription.close();
    for (const client of clients) client.disconnect();
  });
  await Promise.all(clients.map((client) => client.connect()));
  const areBack = () => subscription.isOpen && clients.every(({ status }) => status === 'ready');
  await waitUntil('the connections', areBack);
  expect(lines).toEqual([]);

  let failures = 0;
  clients[0]!.on('error', () => (failures += 1));
  await server.kill();
  await waitUntil('many failures', () => failures >= 20, Boolean, 30_000);
  const begun = lines.filter(({ msg }) => msg === 'Redis cannot be reached');
  // One for each reason: the connection that ended, and the port that nothing listens at.
  expect(begun.length).toBeGreaterThan(0);
  expect(begun.length).toBeLessThanOrEqual(2);
  for (const line of begun) {
    expect(line).not.toHaveProperty('err');
    expect(line.reason).toMatch(/^(ECONNREFUSED|ECONNRESET|EPIPE|\w+ .+)$/);
  }
  await server.start();
  await waitUntil('the connections', areBack, Boolean, 30_000);
  const ended = lines.filter(({ msg }) => msg === 'Redis is reached again');
  expect(ended).toHaveLength(1);
  expect(ended[0]!.failures).toBeGreaterThanOrEqual(20);
});
