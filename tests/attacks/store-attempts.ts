import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';

/** The answers of a server to an account that lacks the right; of Redis to a command, and to one inside a script. */
export const MYSQL_REFUSAL = /denied/i;
export const REDIS_REFUSAL = /^NOPERM|ACL failure in script|The user executing the script can't/;

/** @returns the server's reply to this statement of this account: an error's message, or `done` */
export async function executeMysql(url: string, statement: string): Promise<string> {
  try {
    const connection = await createConnection(url);
    try {
      await connection.query(statement);
      return 'done';
    } finally {
      connection.destroy();
    }
  } catch (error) {
    return (error as Error).message;
  }
}

/** @returns the server's reply to this command of this user: an error's message, or `done` */
export async function executeRedis(
  url: string,
  [name, ...args]: readonly [string, ...string[]],
): Promise<string> {
  const redis = new Redis(url, {
    retryStrategy: () => null,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  redis.on('error', () => undefined);
  try {
    await redis.call(name, ...args);
    return 'done';
  } catch (error) {
    return (error as Error).message;
  } finally {
    redis.disconnect();
  }
}
