import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { Teardown } from '../../start/teardown.ts';
import { KEY } from '../generator/load.ts';
import { openBenchStores } from './bench-stores.ts';
import { startChild } from './child.ts';
import { readLedger } from './read-ledger.ts';
import type { System } from './system.ts';

const MAIN = fileURLToPath(new URL('../ceiling/main.js', import.meta.url));

const TABLES = `
CREATE DATABASE ceiling CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE ceiling.stock (
  product_id BINARY(16) NOT NULL PRIMARY KEY, total INT NOT NULL, sold INT NOT NULL, CHECK (sold >= 0 AND sold <= total)
);
CREATE TABLE ceiling.orders (
  id BINARY(16) NOT NULL PRIMARY KEY, product_id BINARY(16) NOT NULL, user_id BINARY(16) NOT NULL,
  idempotency_key VARCHAR(64) NOT NULL, amount INT NOT NULL
)`;

/** @param publicKey as JSON of a JSON Web Key */
export async function startCeiling(publicKey: string, teardown: Teardown): Promise<System> {
  const stores = await openBenchStores(teardown);
  const mysql = await createConnection({ uri: stores.mysqlUrl, multipleStatements: true });
  const redis = new Redis(stores.redisUrl);
  await teardown.add(() => {
    mysql.destroy();
    redis.disconnect();
  });
  await mysql.query(TABLES);
  const { pid, ready } = await startChild(
    {
      name: 'the ceiling',
      args: [MAIN],
      environment: {
        PUBLIC_KEY: publicKey,
        MYSQL_URL: `${stores.mysqlUrl}/ceiling`,
        REDIS_URL: stores.redisUrl,
      },
    },
    teardown,
  );
  return {
    name: 'ceiling',
    groups: () => ({ process: [pid], MySQL: [stores.mysqlPid], Redis: [stores.redisPid] }),
    openSale: async (units) => {
      const id = randomUUID();
      await mysql.query('INSERT INTO ceiling.stock VALUES (?, ?, 0)', [uuidToBytes(id), units]);
      await redis.hset('stock', id, units);
      return id;
    },
    form: (workload, productId) =>
      workload === 'purchase'
        ? {
            url: `http://127.0.0.1:${ready}/purchase`,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ productId, idempotencyKey: KEY }),
          }
        : undefined,
    ledger: () => readLedger(mysql, 'ceiling', ['COUNT(*)', 'orders']),
  };
}
