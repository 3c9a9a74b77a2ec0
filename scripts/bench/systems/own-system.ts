import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { readStoreNotes } from '../../start/store-notes.ts';
import type { Teardown } from '../../start/teardown.ts';
import { freePort } from '../../stores/free-port.ts';
import { descendantsOf } from '../record/process-tree.ts';
import { startChild } from './child.ts';
import { fillOrders } from './fill-orders.ts';
import { groupProcesses } from './group-processes.ts';
import { graphqlForm } from './operations.ts';
import { openOwnSale } from './own-sale.ts';
import { ownSettings } from './own-settings.ts';
import { readLedger } from './read-ledger.ts';
import type { System } from './system.ts';

export interface OwnSystemOptions {
  readonly name: string;
  /** Of a checkout that is built. */
  readonly folder: string;
  readonly signingKeys: string;
  /** Settings that differ from those of every other system of ours. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface OwnSystem extends System {
  /** See `fillOrders`. */
  fillOrders(orders: number): Promise<void>;
}

/**
 * Runs what `npm start` of this checkout runs, with its data in a new folder, so it is measured as it is served: whatever processes
 * it consists of are found below it.
 *
 * @throws with the end of what it printed when it does not start
 */
export async function startOwnSystem(options: OwnSystemOptions, teardown: Teardown): Promise<OwnSystem> {
  const dataDir = await mkdtemp(join(tmpdir(), 'firstcome-bench-'));
  await teardown.add(() => rm(dataDir, { recursive: true, force: true }));
  const ports = await freePorts(['PORT', 'USER_PORT', 'PRODUCT_PORT', 'ORDER_PORT']);
  const { pid } = await startChild(
    {
      name: `${options.name} (${options.folder})`,
      args: ['--enable-source-maps', 'dist/scripts/start.js', '--no-demo'],
      cwd: options.folder,
      environment: {
        ...ownSettings(options.signingKeys),
        ...options.environment,
        DATA_DIR: dataDir,
        ...ports,
      },
      readyUrl: `http://127.0.0.1:${ports['PORT']}/health/ready`,
    },
    teardown,
  );
  const mysql = await createConnection(readStoreNotes(dataDir)!['MySQL']!);
  await teardown.add(() => mysql.destroy());
  const graphql = `http://127.0.0.1:${ports['PORT']}/graphql`;
  return {
    name: options.name,
    groups: () => groupProcesses(descendantsOf(pid)),
    openSale: (units) => openOwnSale(graphql, units),
    form: (workload, productId) => graphqlForm(graphql, workload, productId),
    ledger: () => readLedger(mysql, 'firstcome_order', ['SUM(quantity)', 'order_item']),
    fillOrders: (orders) => fillOrders(mysql, orders),
  };
}

async function freePorts(names: readonly string[]): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, String(await freePort())] as const)),
  );
}
