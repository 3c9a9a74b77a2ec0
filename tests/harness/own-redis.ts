import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis, type RunningRedis } from '../../scripts/stores/start-redis.ts';
import { REDIS_PREFIX_PATTERN, type TestStores } from './stores.ts';
import { useOtherRedis } from './other-redis.ts';

/** A Redis that one test file may empty, kill and restart, without effect on other files. */
export class OwnRedis {
  #folder = '';
  #server: RunningRedis | null = null;

  get url(): string {
    return this.#server!.url;
  }

  get urls(): RunningRedis['urls'] | undefined {
    return this.#server?.urls;
  }

  /** The first time on a free port, afterwards on the same. */
  async start(): Promise<void> {
    this.#folder ||= await mkdtemp(join(tmpdir(), 'firstcome-redis-'));
    this.#server = await startRedis({
      dataDir: this.#folder,
      prefix: REDIS_PREFIX_PATTERN,
      ...(this.#server ? { port: this.#server.port } : {}),
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#server!.signal(name);
  }

  /** As when its machine loses power; it keeps nothing. */
  async kill(): Promise<void> {
    this.#server!.signal('SIGKILL');
    await this.#server!.exited;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Call before anything that uses the stores. @returns the stores with this Redis in place of the shared one */
export const useOwnRedis = (stores: TestStores) => useOtherRedis(stores, new OwnRedis());
