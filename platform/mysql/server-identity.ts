import { createHash } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';

/** What identifies a MariaDB server, which has no uuid; servers of one replication must differ in `server_id`. */
const OF_MARIADB = ['server_id', 'hostname', 'port', 'datadir'] as const;

interface Queried {
  query<Rows extends RowDataPacket[]>(sql: string, values: unknown[]): Promise<[Rows, unknown]>;
}

/** A session stays on its server, so one check for each is enough. */
const known = new WeakMap<object, string>();

/**
 * Which server a session is on: the same after a restart of that server, another one after a fail-over to a replica. MySQL's is its
 * `server_uuid`. A server that is restored in place from a backup keeps its identity.
 *
 * @param connection with promises, of a pool or not
 * @returns 16 digits of hex
 */
export async function readServerIdentity(connection: Queried): Promise<string> {
  const session = (connection as { readonly connection?: object }).connection ?? connection;
  const before = known.get(session);
  if (before !== undefined) return before;
  const [rows] = await connection.query<(RowDataPacket & { Variable_name: string; Value: string })[]>(
    'SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)',
    [['server_uuid', ...OF_MARIADB]],
  );
  const variable = new Map(rows.map(({ Variable_name, Value }) => [Variable_name, Value]));
  const parts = [variable.get('server_uuid') || OF_MARIADB.map((name) => variable.get(name) ?? '')];
  const identity = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  known.set(session, identity);
  return identity;
}
