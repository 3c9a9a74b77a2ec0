import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { connectionOptions } from './connection-options.ts';
import { isNotPermitted } from './errors.ts';

const PATIENCE_MS = 1_000;

/** In seconds; null while it does not replicate. MySQL has one name for it, MariaDB the other. */
interface Channel extends RowDataPacket {
  readonly Seconds_Behind_Source?: number | null;
  readonly Seconds_Behind_Master?: number | null;
}

/** Asks a replica how far it is behind, on a connection of its own. */
export class ReplicaWatch {
  readonly #url: string;
  readonly #maxLagMs: number;
  #connection: Connection | null = null;

  constructor(url: string, maxLagMs: number) {
    this.#url = url;
    this.#maxLagMs = maxLagMs;
  }

  /**
   * A server that has no replication that it knows of, or does not let us ask (that takes the privilege REPLICATION CLIENT, on
   * MariaDB SLAVE MONITOR), is believed to keep up.
   *
   * @throws when it does not answer, does not replicate, or is too far behind
   */
  async assertUsable(): Promise<void> {
    try {
      const [channels] = await this.#askStatus();
      for (const channel of channels) {
        const lag = channel.Seconds_Behind_Source ?? channel.Seconds_Behind_Master;
        if (lag === null || lag === undefined) throw new Error('It does not replicate at the moment.');
        if (Number(lag) * 1_000 > this.#maxLagMs) throw new Error(`It is ${Number(lag)} s behind.`);
      }
    } catch (error) {
      if (isNotPermitted(error)) return;
      throw error;
    }
  }

  close(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  async #askStatus() {
    try {
      this.#connection ??= await this.#connect();
      return await this.#connection.query<Channel[]>({
        sql: 'SHOW REPLICA STATUS',
        timeout: PATIENCE_MS,
      });
    } catch (error) {
      // One that was refused an answer is as good as before; one that got none is not.
      if (!isNotPermitted(error)) this.close();
      throw error;
    }
  }

  async #connect(): Promise<Connection> {
    const connection = await createConnection({
      ...connectionOptions(this.#url),
      connectTimeout: PATIENCE_MS,
    });
    connection.on('error', () => this.close());
    return connection;
  }
}
