import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { REDIS_SERVICES } from './accounts/redis-users.ts';
import { isRunning } from './process-table.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'firstcome-redis-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

describe('a private Redis', () => {
  let server: RunningRedis;
  beforeEach(async () => {
    server = await startRedis({ dataDir, extraArgs: ['--maxmemory', '50mb'] });
  });
  afterEach(() => server.stop());

  it('answers under the URL that it gives', async () => {
    expect(await withRedis(server.url, (redis) => redis.ping())).toBe('PONG');
  });

  it('refuses a client without the password', async () => {
    const unlocked = `redis://127.0.0.1:${server.port}`;
    await expect(withRedis(unlocked, (redis) => redis.set('key', 'value'))).rejects.toThrow(/NOAUTH/);
  });

  it('has a user for each service, whose password stays', async () => {
    const { urls, port } = server;
    for (const service of REDIS_SERVICES) {
      expect(await withRedis(urls[service], (redis) => redis.ping())).toBe('PONG');
      await expect(withRedis(urls[service], (redis) => redis.flushall())).rejects.toThrow(/NOPERM/);
    }
    expect(statSync(join(dataDir, 'redis.conf')).mode & 0o777).toBe(0o600);
    await server.stop();
    server = await startRedis({ dataDir, port });
    expect(server.urls).toEqual(urls);
  });

  it('never evicts and never saves', async () => {
    const settings = await withRedis(server.url, (redis) =>
      redis.config('GET', 'maxmemory-policy', 'save', 'appendonly'),
    );
    expect(settings).toEqual(
      expect.arrayContaining(['maxmemory-policy', 'noeviction', 'save', '', 'appendonly', 'no']),
    );
  });

  it('takes more settings, as on the command line', async () => {
    const setting = await withRedis(server.url, (redis) => redis.config('GET', 'maxmemory'));
    expect(setting).toEqual(['maxmemory', String(50 * 1024 * 1024)]);
  });

  it('is empty, under the same URL, after a crash and a second start', async () => {
    const { url, port } = server;
    await withRedis(url, (redis) => redis.set('key', 'value'));
    server.signal('SIGKILL');
    await server.exited;
    server = await startRedis({ dataDir, port });
    expect(server.url).toBe(url);
    expect(await withRedis(url, (redis) => redis.dbsize())).toBe(0);
  });

  it('is ended by the next start when its watchdog was killed together with its parent', async () => {
    const orphan = await startedElsewhere();
    process.kill(orphan.watchdogPid, 'SIGSTOP');
    orphan.killParent();
    process.kill(orphan.watchdogPid, 'SIGKILL');
    expect(isRunning(orphan.pid, orphan.folder)).toBe(true);
    const next = await startRedis({ dataDir: orphan.folder });
    expect(isRunning(orphan.pid, orphan.folder)).toBe(false);
    await next.stop();
  });

  it('leaves nothing behind when its parent is killed with SIGKILL', async () => {
    const orphan = await startedElsewhere();
    orphan.killParent();
    await vi.waitFor(
      () => {
        expect(isRunning(orphan.pid, orphan.folder)).toBe(false);
        expect(isRunning(orphan.watchdogPid, 'watchdog.mjs')).toBe(false);
      },
      { timeout: 10_000 },
    );
  });
});

/** A Redis whose parent is another process, built from these sources (`npm test` builds first). */
async function startedElsewhere() {
  const built = fileURLToPath(new URL('../../dist/scripts/stores/start-redis.js', import.meta.url));
  if (!existsSync(built)) throw new Error('This test runs what `npm run build` makes: run that first.');
  const folder = mkdtempSync(join(dataDir, 'elsewhere-'));
  const program = `
    import { startRedis } from ${JSON.stringify(built)};
    const { pid, watchdogPid } = await startRedis({ dataDir: ${JSON.stringify(folder)} });
    process.send({ pid, watchdogPid });
    setInterval(() => {}, 1000);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [started] = (await once(parent, 'message')) as [{ pid: number; watchdogPid: number }];
  return { ...started, folder, killParent: () => parent.kill('SIGKILL') };
}
