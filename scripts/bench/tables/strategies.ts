import type { BenchRun } from '../run.ts';
import { startOwnSystem } from '../systems/own-system.ts';
import { PURCHASE_64, runRowsInTurn, warmUpSystem, type SystemRow } from './run-system-cell.ts';
import type { Table } from './table.ts';

const STRATEGIES = ['row', 'lock', 'atomic'] as const;
const USERS = [100, 500, 1_000];
const USERS_QUICKLY = [20];

export const strategyRow = (what: 'read' | 'purchase', users: number): string => `${what}, ${users} users`;

const rowsOf = ({ quick }: BenchRun): readonly SystemRow[] =>
  (quick ? USERS_QUICKLY : USERS).flatMap((connections) => [
    { name: strategyRow('read', connections), workload: 'stock', connections, counted: 'read' },
    { ...PURCHASE_64, name: strategyRow('purchase', connections), connections },
  ]);

/** Requests a second by number of users, with each way of admitting purchases (`STOCK_STRATEGY`). */
export const strategies: Table = {
  name: 'strategies',
  cells: (run) => run.rounds * rowsOf(run).length * STRATEGIES.length,
  async run(run, teardown) {
    const folder = run.folders[0]![1];
    const { signingKeys } = run.tokens;
    run.progress.say(`starting ${STRATEGIES.join(', ')}`);
    const systems = await Promise.all(
      STRATEGIES.map((name) =>
        startOwnSystem({ name, folder, signingKeys, environment: { STOCK_STRATEGY: name } }, teardown),
      ),
    );
    for (const system of systems) await warmUpSystem(run, system);
    const half = { ...run, seconds: Math.max(1, Math.floor(run.seconds / 2)) };
    return { cells: await runRowsInTurn(half, 'strategies', rowsOf(run), systems, 'strategy '), notes: [] };
  },
};
