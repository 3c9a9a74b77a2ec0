import type { Cell } from '../cell.ts';
import { startOwnSystem, type OwnSystem } from '../systems/own-system.ts';
import { PURCHASE_64, runSystemCell, warmUpSystem, type SystemRow } from './run-system-cell.ts';
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

export const COLUMNS = { empty: 'no orders', full: '1,000,000 orders' } as const;
const ORDERS = 1_000_000;
const ORDERS_QUICKLY = 20_000;
/** Connections. */
const MOST_QUICKLY = 500;

/** Two systems of this checkout: one is empty, the other has a million orders of as many buyers. */
export const growth: Table = {
  name: 'growth',
  cells: (run) => run.rounds * stepsOf('empty', 'full').length,
  async run(run, teardown) {
    const folder = run.folders[0]![1];
    const { signingKeys } = run.tokens;
    run.progress.say('starting two systems');
    const [empty, full] = await Promise.all([
      startOwnSystem({ name: COLUMNS.empty, folder, signingKeys }, teardown),
      startOwnSystem({ name: COLUMNS.full, folder, signingKeys }, teardown),
    ]);
    const systems = { empty, full };
    const orders = run.quick ? ORDERS_QUICKLY : ORDERS;
    run.progress.say(`storing ${orders} orders`);
    await systems.full.fillOrders(orders);
    for (const system of Object.values(systems)) await warmUpSystem(run, system);
    const cells: Cell[] = [];
    for (let round = 1; round <= run.rounds; round++) {
      const inTurn = round % 2 === 0 ? stepsOf('full', 'empty') : stepsOf('empty', 'full');
      for (const [which, row] of inTurn) {
        const system: OwnSystem = systems[which];
        run.progress.step(`${row.name}, ${system.name}, round ${round} of ${run.rounds}`);
        const asRun = run.quick ? { ...row, connections: Math.min(row.connections, MOST_QUICKLY) } : row;
        const cell = await runSystemCell(run, system, asRun, { table: 'growth', column: system.name, round });
        if (cell) cells.push(cell);
      }
    }
    return {
      cells,
      notes:
        orders === ORDERS
          ? []
          : [
              `A quick run stores ${orders} orders, not a million, and has ${MOST_QUICKLY} connections at the most.`,
            ],
    };
  },
};

type Which = keyof typeof COLUMNS;

function stepsOf(first: Which, second: Which): (readonly [Which, SystemRow])[] {
  const [at64, ...more] = GROWTH_ROWS.connections;
  return [
    [first, at64!],
    [second, at64!],
    ...more.map((row) => ['empty', row] as const),
    ['empty', GROWTH_ROWS.fewBuyers],
    ['empty', GROWTH_ROWS.rush],
  ];
}
