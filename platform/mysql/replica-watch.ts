import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { connectionOptions } from './connection-options.ts';
import { isNotPermitted } from './errors.ts';

const TIMEOUT_MS = 1_000;

/** In seconds; null while it does not replicate. MySQL has one name for it, MariaDB the other. */
interface Channel extends RowDataPacket {
  readonly Seconds_Behind_Source?: number | null;
  readonly Seconds_Behind_Master?: number | null;
}

/** Measures the lag of a replica, on a connection of its own. */
export class ReplicaWatch {
  readonly #url: string;
  readonly #maxLagMs: number;
  #connection: Connection | null = null;

  constructor(url: string, maxLagMs: number) {
    this.#url = url;
    this.#maxLagMs = maxLagMs;
  }

  /**
   * A server that has no replication that it knows of, or does not permit the query (that takes the privilege REPLICATION CLIENT, on
   * MariaDB SLAVE MONITOR), is believed to keep up.
   *
   * @throws when it does not respond, does not replicate, or is too far behind
   */
  async assertUsable(): Promise<void> {
    try {
      const [channels] = await this.#readStatus();
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

  async #readStatus() {
    try {
      this.#connection ??= await this.#connect();
      return await this.#connection.query<Channel[]>({
        sql: 'SHOW REPLICA STATUS',
        timeout: TIMEOUT_MS,
      });
    } catch (error) {
      // A connection on which the query was refused is still usable; one without a response is not.
      if (!isNotPermitted(error)) this.close();
      throw error;
    }
  }

  async #connect(): Promise<Connection> {
    const connection = await createConnection({
      ...connectionOptions(this.#url),
      connectTimeout: TIMEOUT_MS,
    });
    connection.on('error', () => this.close());
    return connection;
  }
}
