import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
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
import type { Ledger, System } from './system.ts';

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
      command: process.execPath,
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
    ledger: () => readLedger(mysql),
    fillOrders: (orders) => fillOrders(mysql, orders),
  };
}

async function freePorts(names: readonly string[]): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, String(await freePort())] as const)),
  );
}

/** Over all products: what is read before a run is taken off what is read after it. */
async function readLedger(mysql: Connection): Promise<Ledger> {
  const [[stock], [rows]] = await Promise.all([
    mysql.query<RowDataPacket[]>('SELECT SUM(total) AS units, SUM(sold) AS sold FROM firstcome_order.stock'),
    mysql.query<RowDataPacket[]>('SELECT SUM(quantity) AS orders FROM firstcome_order.order_item'),
  ]);
  const number = (row: RowDataPacket | undefined, column: string) => Number(row?.[column] ?? 0);
  return {
    units: number(stock[0], 'units'),
    decrement: number(stock[0], 'sold'),
    rows: number(rows[0], 'orders'),
  };
}
