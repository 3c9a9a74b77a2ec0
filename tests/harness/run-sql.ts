import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** One statement on a connection of its own, by the account in the URL. */
export async function runSql(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}
