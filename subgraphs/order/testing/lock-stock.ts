import { createConnection } from 'mysql2/promise';
import { onTestFinished } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';

/** A report, or an online DDL: another session has locked the stock rows, until the test releases them or ends. */
export async function lockStock(
  mysqlUrl: string,
  ...productIds: readonly string[]
): Promise<{ readonly release: () => Promise<void> }> {
  const url = new URL(mysqlUrl);
  url.pathname += '_order';
  const session = await createConnection(url.href);
  onTestFinished(() => session.destroy());
  await session.query('START TRANSACTION');
  for (const productId of productIds)
    await session.query('SELECT * FROM stock WHERE product_id = ? FOR UPDATE', [uuidToBytes(productId)]);
  return {
    release: async () => {
      await session.query('ROLLBACK');
      await session.end();
    },
  };
}
