import { createConnection, type Connection } from 'mysql2/promise';
import {
  connectionOptions,
  databaseName,
  sessionStatements,
} from '../../../platform/mysql/connection-options.ts';

/**
 * The session by which the batch writes. A process that freezes inside a transaction falls silent, and the server ends
 * its session and its row locks after this many seconds; while the process lives it speaks up in between.
 */
const WAIT_TIMEOUT_S = 5;
const PING_EVERY_MS = 1_500;

export class WriterConnection {
  readonly #url: string;
  #connection: Connection | null = null;
  #threadId: number | null = null;
  #pinging: NodeJS.Timeout | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** @throws when the server cannot be reached */
  async get(): Promise<Connection> {
    if (this.#connection) return this.#connection;
    const connection = await createConnection(connectionOptions(this.#url, databaseName(this.#url, 'order')));
    // Its end is learnt from the next statement; without a listener it would end the process.
    connection.on('error', () => this.#forget(connection));
    for (const statement of sessionStatements(WAIT_TIMEOUT_S)) await connection.query(statement);
    this.#pinging = setInterval(
      () => void connection.ping().catch(() => this.#forget(connection)),
      PING_EVERY_MS,
    );
    this.#pinging.unref();
    this.#threadId = connection.threadId;
    this.#connection = connection;
    return connection;
  }

  /** The server's name for the latest session, by which another one can end it; known even when it was lost. */
  get threadId(): number | null {
    return this.#threadId;
  }

  /** Never used again: it was lost, or may have a transaction open that could not be rolled back. */
  discard(): void {
    if (this.#connection) this.#forget(this.#connection);
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging);
    await this.#connection?.end().catch(() => undefined);
    this.#connection = null;
  }

  #forget(connection: Connection): void {
    if (this.#connection !== connection) return;
    clearInterval(this.#pinging);
    this.#connection = null;
    connection.destroy();
  }
}
