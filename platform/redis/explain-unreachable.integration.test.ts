import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { useOwnRedis } from '../../tests/harness/own-redis.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { createLogger } from '../logger.ts';
import { connectRedis } from './client.ts';

const logger = createLogger('test', 'silent');
const { redis: server } = useOwnRedis(useStores());

const hostAndPassword = (): string => server.url.replace('redis://', '');

/** Each waits for as long as a process does, so they wait beside each other. */
describe.concurrent('the exit message of a process that cannot use its Redis names the reason', () => {
  const refusal = (url: string) =>
    connectRedis({ url, logger }, 7_000).then(
      () => 'connected',
      (error: Error) => error.message,
    );

  it('a cluster is expected, and it is one server', async () => {
    expect(await refusal(`redis+cluster://${hostAndPassword()}`)).toContain(
      'it is one server and no node of a cluster',
    );
  });

  it('Sentinels are expected, and it is a server', async () => {
    const { host } = new URL(server.url);
    expect(await refusal(`redis+sentinel://${host}/shop`)).toMatch(/it is no Sentinel|sentinel-password/);
  });

  it('TLS is expected, and the server does not speak it', async () => {
    expect(await refusal(`rediss://${hostAndPassword()}`)).toMatch(/does not speak TLS/);
  });

  it('the server ends each connection, as one that demands TLS does', async ({ onTestFinished }) => {
    const other = createServer((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end()),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    expect(await refusal(`redis://127.0.0.1:${(other.address() as AddressInfo).port}`)).toContain(
      'if it demands TLS, expected rediss://',
    );
  });
});
