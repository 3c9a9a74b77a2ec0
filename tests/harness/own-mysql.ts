import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll } from 'vitest';
import type { RunningMysql } from '../../scripts/stores/start-mysql.ts';
import { runSql } from './run-sql.ts';
import { mysqlDatabasePattern, type TestStores, withOther } from './stores.ts';
import { startTestMysql } from './start-test-mysql.ts';

/** A MySQL whose settings one test file may change, and which it may freeze, kill and restart, without effect on other files. */
export class OwnMysql {
  #folder = '';
  #server: RunningMysql | null = null;

  get server(): RunningMysql {
    return this.#server!;
  }

  get url(): string {
    return this.#server!.url;
  }

  get urls(): RunningMysql['urls'] | undefined {
    return this.#server?.urls;
  }

  /** The first time on a free port, afterwards on the same, with its data. */
  async start(...extraArgs: string[]): Promise<void> {
    this.#folder ||= await mkdtemp(join(tmpdir(), 'firstcome-mysql-'));
    this.#server = await startTestMysql({
      dataDir: this.#folder,
      databasePattern: mysqlDatabasePattern,
      extraArgs,
      ...(this.#server ? { port: this.#server.port } : {}),
    });
  }

  /** As when its machine loses power. */
  async kill(): Promise<void> {
    this.#server!.signal('SIGKILL');
    await this.#server!.exited;
  }

  /** As the administrator, who may do everything. */
  query(sql: string): Promise<RowDataPacket[]> {
    return runSql(this.url, sql);
  }

  async stop(): Promise<void> {
    this.#server?.signal('SIGCONT');
    await this.#server?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Call before anything that uses the stores. @returns the stores with this MySQL in place of the shared one */
export function useOwnMysql(stores: TestStores): { mysql: OwnMysql; stores: TestStores } {
  const mysql = new OwnMysql();
  const { pathname } = new URL(stores.mysqlUrl);
  beforeAll(() => mysql.start(), 120_000);
  afterAll(() => mysql.stop());
  return {
    mysql,
    stores: withOther(stores, {
      mysqlUrl: () => Object.assign(new URL(mysql.url), { pathname }).href,
      accounts: () => ({ mysql: mysql.urls, redis: stores.accounts?.redis }),
    }),
  };
}
