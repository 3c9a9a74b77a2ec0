import { randomBytes, randomUUID } from 'node:crypto';
import { createConnection, type Connection, type Pool, type RowDataPacket } from 'mysql2/promise';
import {
  connectionOptions,
  databaseName,
  endWhenSilent,
  sessionStatements,
} from '../../../platform/mysql/connection-options.ts';
import { readServerIdentity } from '../../../platform/mysql/server-identity.ts';
import type { OrderWriter } from '../stock/order-writer.ts';
import { checkSession } from '../../../platform/mysql/session-check.ts';
import type { StoreCondition } from '../../../platform/store-condition.ts';
import { WRITER_LOCK_WAIT_TIMEOUT_S, WRITER_WAIT_TIMEOUT_S } from './session-timeouts.ts';

const CHECK_EVERY_MS = 1_500;
const RETRY_AFTER_MS = 250;
/** How long a refusal counts against readiness. */
const REMEMBERED_MS = 5_000;

type Trouble = 'unreachable' | 'refusesWrites' | 'unfit';

/**
 * The session by which the batch writes. A process that freezes inside a transaction sends nothing, and the server ends its session and
 * its row locks after `WRITER_WAIT_TIMEOUT_S`. While the process lives, it checks periodically whether the server still keeps what it
 * commits.
 */
export class WriterConnection implements OrderWriter {
  readonly #url: string;
  readonly #condition: StoreCondition;
  #serverId: string | null = null;
  #comparing: Promise<boolean> | null = null;
  #connection: Connection | null = null;
  #opening: Promise<Connection> | null = null;
  #name: string | null = null;
  #checking: NodeJS.Timeout | undefined;
  #trouble: Trouble | null = null;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #retrying: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param condition what the checks of all sessions of this process have found */
  constructor(url: string, condition: StoreCondition) {
    this.#url = url;
    this.#condition = condition;
    condition.onUnfit(() => {
      if (this.isOpen) this.#leave('unfit');
    });
  }

  /**
   * Whether what is admitted now can be written, as far as is known. A connection that is lost says nothing about that; a server that
   * cannot be reached, or refuses to write, is retried in the background.
   */
  get isUp(): boolean {
    return this.#trouble === null;
  }

  get isOpen(): boolean {
    return this.#connection !== null;
  }

  /** @throws while `isUp` is false, and for some seconds after a batch was refused for a reason that is not known */
  assertUp(): void {
    if (this.#trouble !== null) throw new Error(`Purchases cannot be written to MySQL: ${this.#trouble}.`);
    if (performance.now() - this.#refusedAt < REMEMBERED_MS)
      throw new Error('MySQL has refused to write purchases a moment ago.');
  }

  /** A session with autocommit off: its first statement begins a transaction. @throws when the server cannot be reached */
  async get(): Promise<Connection> {
    if (this.#connection) return this.#connection;
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    try {
      return await this.#opening;
    } catch (error) {
      this.#retryLater(this.#trouble ?? 'unreachable');
      throw error;
    }
  }

  get serverId(): string | null {
    return this.#serverId;
  }

  async connect(): Promise<string> {
    await this.get();
    return this.#serverId!;
  }

  isCurrent(): Promise<boolean> {
    this.#comparing ??= this.#compare().finally(() => (this.#comparing = null));
    return this.#comparing;
  }

  /** The session is never used again: it was lost, or may have a transaction open that could not be rolled back. */
  discard(): void {
    if (this.#connection) this.#forget(this.#connection);
  }

  /** Ends the session, which has no transaction open; the next `get` opens another one. */
  endIdle(): void {
    const connection = this.#connection;
    if (!connection) return;
    clearInterval(this.#checking);
    this.#connection = null;
    connection.end().catch(() => undefined);
  }

  /** The server refused a statement of a batch; it may be that statement alone. */
  noteRefusal(): void {
    this.#refusedAt = performance.now();
  }

  /** The server said that it takes no writes: the next session may be another server's, and shows first that it does. */
  writesAreRefused(): void {
    this.#leave('refusesWrites');
  }

  /**
   * Ends the latest session at the server, which may not have noticed the lost connection, and would hold its row locks until it does.
   * Its number may be another session's by now, on another server; the lock that it holds by name is held by no other.
   */
  async endLatest(pool: Pool): Promise<void> {
    this.discard();
    if (this.#name === null) return;
    const [[holder]] = await pool.query<(RowDataPacket & { id: number | null })[]>(
      'SELECT IS_USED_LOCK(?) AS id',
      [this.#name],
    );
    if (holder?.id) await pool.query('KILL CONNECTION ?', [holder.id]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retrying);
    clearInterval(this.#checking);
    await this.#opening?.catch(() => undefined);
    const connection = this.#connection;
    this.#connection = null;
    clearInterval(this.#checking);
    await connection?.end().catch(() => undefined);
  }

  async #open(): Promise<Connection> {
    const connection = await this.#connectAnew();
    try {
      const name = randomUUID();
      for (const statement of sessionStatements(WRITER_WAIT_TIMEOUT_S)) await connection.query(statement);
      await connection.query(
        `SET SESSION autocommit = 0, innodb_lock_wait_timeout = ${WRITER_LOCK_WAIT_TIMEOUT_S}, lock_wait_timeout = ${WRITER_LOCK_WAIT_TIMEOUT_S}`,
      );
      await this.#check(connection);
      await connection.query('DO GET_LOCK(?, 0)', [name]);
      await assertBatchesRun(connection);
      if (this.#trouble === 'refusesWrites') await writeForNothing(connection);
      this.#serverId = await readServerIdentity(connection);
      this.#name = name;
    } catch (error) {
      connection.destroy();
      throw error;
    }
    this.#checking = setInterval(
      () => void this.#check(connection).catch(() => this.#openAgain(connection)),
      CHECK_EVERY_MS,
    );
    this.#checking.unref();
    this.#connection = connection;
    this.#trouble = null;
    return connection;
  }

  async #connectAnew(): Promise<Connection> {
    const connection = await createConnection({
      ...connectionOptions(this.#url, databaseName(this.#url, 'order')),
      // A batch is several statements in one round trip. No other session takes more than one.
      multipleStatements: true,
    });
    // The next statement shows its end; without a listener it would end the process.
    connection.on('error', () => this.#openAgain(connection));
    endWhenSilent((connection as unknown as { readonly connection: object }).connection);
    return connection;
  }

  #check(connection: Connection): Promise<void> {
    return checkSession(connection, this.#condition, WRITER_LOCK_WAIT_TIMEOUT_S);
  }

  async #compare(): Promise<boolean> {
    const own = await this.get();
    const other = await this.#connectAnew();
    try {
      const isSame = (await readServerIdentity(other)) === (await readServerIdentity(own));
      if (!isSame) this.#forget(own);
      return isSame;
    } finally {
      await other.end().catch(() => undefined);
    }
  }

  #leave(trouble: Trouble): void {
    this.discard();
    this.#retryLater(trouble);
  }

  /** At once, so that the next purchase is admitted only where it can be written. */
  #openAgain(lost: Connection): void {
    if (this.#connection !== lost) return;
    this.#forget(lost);
    if (!this.#isClosed) void this.get().catch(() => undefined);
  }

  #retryLater(trouble: Trouble): void {
    this.#trouble = trouble;
    clearTimeout(this.#retrying);
    if (this.#isClosed) return;
    this.#retrying = setTimeout(() => void this.get().catch(() => undefined), RETRY_AFTER_MS);
    this.#retrying.unref();
  }

  #forget(connection: Connection): void {
    if (this.#connection !== connection) return;
    clearInterval(this.#checking);
    this.#connection = null;
    connection.destroy();
  }
}

/** Of each table that a batch writes: they touch no row, need the rights for it, and wait for a lock of the table. */
const IN_ADVANCE = [
  'INSERT orders SELECT * FROM orders WHERE FALSE',
  'INSERT order_item SELECT * FROM order_item WHERE FALSE',
  'INSERT holding SELECT * FROM holding WHERE FALSE ON DUPLICATE KEY UPDATE held = VALUES(held)',
  'UPDATE stock SET epoch = epoch, sold = sold WHERE FALSE',
];

/** @throws when a right or a table is missing, or a table is locked for longer than a batch may wait */
async function assertBatchesRun(connection: Connection): Promise<void> {
  for (const statement of IN_ADVANCE) await connection.query(statement);
  await connection.query('ROLLBACK');
}

/** @throws what a server that takes no writes has against one */
async function writeForNothing(connection: Connection): Promise<void> {
  await connection.query('INSERT INTO holding (product_id, user_id, held) VALUES (?, ?, 0)', [
    randomBytes(16),
    randomBytes(16),
  ]);
  await connection.query('ROLLBACK');
}
