import { startOwnSystem } from '../systems/own-system.ts';
import { PURCHASE_64, runRowsInTurn, warmUpSystem, type SystemRow } from './run-system-cell.ts';
import type { Table } from './table.ts';

export const GROWTH_ROWS = {
  connections: [64, 512, 2_000].map((connections) => ({
    ...PURCHASE_64,
    name: `purchase, ${connections} connections`,
    connections,
  })),
  fewBuyers: { ...PURCHASE_64, name: 'purchase, 1,000 buyers, tokens seen before', buyers: 1_000 },
  rush: { ...PURCHASE_64, name: '10,000 buyers at once', connections: 10_000, isRush: true },
} as const satisfies Readonly<Record<string, SystemRow | readonly SystemRow[]>>;

const ROWS: readonly SystemRow[] = [...GROWTH_ROWS.connections, GROWTH_ROWS.fewBuyers, GROWTH_ROWS.rush];

export const COLUMNS = { empty: 'no orders', full: '1,000,000 orders' } as const;
const FULLY = { orders: 1_000_000, warmUpRequests: 10_000, connections: Infinity };
const QUICKLY = { orders: 20_000, warmUpRequests: 1_000, connections: 500 };

/**
 * Two systems of this checkout: one is empty, the other has a million orders of as many buyers. A process needs less CPU time for a request
 * the more it has answered, so both are sent the same from their start: as many requests to warm up, then every row in turn.
 */
export const growth: Table = {
  name: 'growth',
  cells: (run) => run.rounds * ROWS.length * Object.keys(COLUMNS).length,
  async run(run, teardown) {
    const folder = run.folders[0]![1];
    const { signingKeys } = run.tokens;
    const { orders, warmUpRequests, connections } = run.quick ? QUICKLY : FULLY;
    run.progress.say('starting two systems');
    const [empty, full] = await Promise.all([
      startOwnSystem({ name: COLUMNS.empty, folder, signingKeys }, teardown),
      startOwnSystem({ name: COLUMNS.full, folder, signingKeys }, teardown),
    ]);
    run.progress.say(`storing ${orders} orders`);
    await full.fillOrders(orders);
    const systems = [empty, full];
    for (const system of systems) await warmUpSystem(run, system, { afterRequests: warmUpRequests });
    const rows = ROWS.map((row) => ({ ...row, connections: Math.min(row.connections, connections) }));
    return {
      cells: await runRowsInTurn(run, 'growth', rows, systems),
      notes: run.quick
        ? [
            `A quick run stores ${orders} orders, not a million, and has ${connections} connections at the most.`,
          ]
        : [],
    };
  },
};
