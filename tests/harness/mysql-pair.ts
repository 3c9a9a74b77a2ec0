import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll } from 'vitest';
import type { RunningServer } from '../../scripts/stores/server-process.ts';
import type { RunningMysql } from '../../scripts/stores/start-mysql.ts';
import { openStoreFolder } from '../../scripts/stores/store-folder.ts';
import { runSql } from './run-sql.ts';
import { startTestMysql } from './start-test-mysql.ts';

/** Two MySQL servers of which the second replicates the first. */
export class MysqlPair {
  #folder = '';
  primary!: RunningMysql;
  replica!: RunningMysql;

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'firstcome-pair-'));
    await this.startPrimary();
    await this.startReplica();
    await this.#replicate();
  }

  /** The first time on a free port, afterwards on the same. It goes on from where it was. */
  async startReplica(): Promise<void> {
    this.replica = await this.#start(
      'replica',
      ['--server-id=2', '--read-only=ON', '--relay-log=relay'],
      this.replica?.port,
    );
  }

  /** As `startReplica`. @param extraArgs more options of the server */
  async startPrimary(...extraArgs: string[]): Promise<void> {
    this.primary = await this.#start(
      'primary',
      ['--server-id=1', '--log-bin=binlog', '--sync-binlog=1', ...extraArgs],
      this.primary?.port,
    );
  }

  async killPrimary(): Promise<void> {
    this.primary.signal('SIGKILL');
    await this.primary.exited;
  }

  /** What the primary commits from now on, the replica lacks. */
  async stopReplication(): Promise<void> {
    await this.query(this.primary, 'SELECT 1');
    await this.query(this.replica, 'STOP REPLICA');
  }

  /** The replica becomes a primary. Replication was stopped before. */
  async promoteReplica(): Promise<void> {
    await this.query(this.replica, 'SET GLOBAL read_only = OFF');
  }

  async killReplica(): Promise<void> {
    this.replica.signal('SIGKILL');
    await this.replica.exited;
  }

  /** From now on the replica does everything this much later than the primary. */
  async delayReplica(seconds: number): Promise<void> {
    await this.query(this.replica, 'STOP REPLICA');
    await this.#change({ DELAY: seconds });
    await this.query(this.replica, 'START REPLICA');
  }

  query(server: RunningServer, sql: string): Promise<RowDataPacket[]> {
    return runSql(server.url, sql);
  }

  async stop(): Promise<void> {
    await Promise.all([this.replica?.stop(), this.primary?.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Both have the same accounts: each start of the primary writes its own, and the replica repeats that. */
  #start(name: string, extraArgs: string[], port?: number): Promise<RunningMysql> {
    const dataDir = join(this.#folder, name);
    const { password } = openStoreFolder(join(this.#folder, 'primary'));
    openStoreFolder(dataDir).writePrivate('password', password);
    return startTestMysql({ dataDir, extraArgs, ...(port ? { port } : {}) });
  }

  /** From now on: what the primary's start has written is its own account, which the replica has, too. */
  async #replicate(): Promise<void> {
    const isMariaDb = await this.#isMariaDb();
    const [at] = await this.query(this.primary, isMariaDb ? 'SHOW MASTER STATUS' : 'SHOW BINARY LOG STATUS');
    const { username, password } = new URL(this.primary.url);
    await this.#change({
      HOST: `'127.0.0.1'`,
      PORT: this.primary.port,
      USER: `'${username}'`,
      PASSWORD: `'${password}'`,
      LOG_FILE: `'${at!['File']}'`,
      LOG_POS: Number(at!['Position']),
      CONNECT_RETRY: 1,
      ...(isMariaDb ? {} : { SSL: 1 }),
    });
    await this.query(this.replica, 'START REPLICA');
  }

  async #change(settings: Readonly<Record<string, string | number>>): Promise<void> {
    const [statement, word] = (await this.#isMariaDb())
      ? ['CHANGE MASTER TO', 'MASTER']
      : ['CHANGE REPLICATION SOURCE TO', 'SOURCE'];
    const list = Object.entries(settings).map(([name, value]) => `${word}_${name} = ${value}`);
    await this.query(this.replica, `${statement} ${list.join(', ')}`);
  }

  async #isMariaDb(): Promise<boolean> {
    const [version] = await this.query(this.primary, 'SELECT VERSION() AS text');
    return String(version!['text']).includes('MariaDB');
  }
}

export function useMysqlPair(): MysqlPair {
  const pair = new MysqlPair();
  beforeAll(() => pair.start(), 120_000);
  afterAll(() => pair.stop());
  return pair;
}
