import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import type { Teardown } from '../../start/teardown.ts';
import { openBenchStores } from './bench-stores.ts';
import { startChild } from './child.ts';
import { graphqlForm } from './operations.ts';
import { PEERS } from './peers.ts';
import { readLedger } from './read-ledger.ts';
import type { System } from './system.ts';

const SUBGRAPHS = ['user', 'product', 'order'] as const;

/**
 * The same shop as it is usually written: stock gateway, shield on every field, `save` for each purchase under a lock in Redis. It is in
 * `perf/peers/usual`.
 */
export async function startUsualSystem(publicKey: string, teardown: Teardown): Promise<System> {
  const stores = await openBenchStores(teardown);
  const mysql = await createConnection(stores.mysqlUrl);
  await teardown.add(() => mysql.destroy());
  await mysql.query('CREATE DATABASE usual CHARACTER SET utf8mb4');
  const start = (program: string, environment: NodeJS.ProcessEnv) =>
    startChild(
      {
        name: `${program} of the usual system`,
        args: [`usual/${program}.js`],
        cwd: PEERS,
        environment: {
          MYSQL_URL: `${stores.mysqlUrl}/usual`,
          REDIS_URL: stores.redisUrl,
          PUBLIC_KEY: publicKey,
          APOLLO_TELEMETRY_DISABLED: '1',
          ...environment,
        },
      },
      teardown,
    );
  const pids: Record<string, readonly number[]> = {};
  const urls: Record<string, string> = {};
  for (const name of SUBGRAPHS) {
    const { pid, ready } = await start(name, {});
    pids[name] = [pid];
    urls[name] = `http://127.0.0.1:${ready}/`;
  }
  const router = await start('router', { SUBGRAPHS: JSON.stringify(urls) });
  return {
    name: 'as usually written',
    groups: () => ({
      router: [router.pid],
      ...pids,
      MySQL: [stores.mysqlPid],
      Redis: [stores.redisPid],
    }),
    openSale: async (units) => {
      const id = randomUUID();
      await mysql.query('INSERT INTO usual.product VALUES (?, ?, 12000, ?)', [id, 'Measured', 'KRW']);
      await mysql.query('INSERT INTO usual.stock VALUES (?, ?, 0, 12000, ?)', [id, units, 'KRW']);
      return id;
    },
    form: (workload, productId) => graphqlForm(`http://127.0.0.1:${router.ready}/`, workload, productId),
    ledger: () => readLedger(mysql, 'usual', ['SUM(quantity)', 'order_item']),
  };
}
