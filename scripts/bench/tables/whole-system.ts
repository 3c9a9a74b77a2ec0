import { startCeiling } from '../systems/ceiling-system.ts';
import { startOwnSystem } from '../systems/own-system.ts';
import { installPeers } from '../systems/peers.ts';
import type { System } from '../systems/system.ts';
import { startUsualSystem } from '../systems/usual-system.ts';
import { PURCHASE_64, runRowsInTurn, warmUpSystem, type SystemRow } from './run-system-cell.ts';
import type { Table } from './table.ts';

/** A second: what each of them can do, so that how long an answer takes can be compared. */
export const FIXED_RATE = 60;

const ROWS: readonly SystemRow[] = [
  ...[8, 64, 512].map((connections) => ({
    ...PURCHASE_64,
    name: `purchase, ${connections} connections`,
    connections,
  })),
  { ...PURCHASE_64, name: 'purchase + product, 64 connections', workload: 'purchaseWithProduct' },
  { ...PURCHASE_64, name: 'refusal (SoldOut), 64 connections', counted: 'refused' },
  { ...PURCHASE_64, name: `purchase, ${FIXED_RATE} a second`, rate: FIXED_RATE },
];

/** Per accepted purchase: this system, the ceiling, and the same shop as it is usually written. */
export const wholeSystem: Table = {
  name: 'system',
  cells: (run) => run.rounds * ROWS.length * (run.folders.length + 2),
  async run(run, teardown) {
    installPeers((what) => run.progress.say(what));
    const { signingKeys, publicKey } = run.tokens;
    run.progress.say('starting the systems');
    const systems: readonly System[] = await Promise.all([
      ...run.folders.map(([name, folder]) => startOwnSystem({ name, folder, signingKeys }, teardown)),
      startCeiling(publicKey, teardown),
      startUsualSystem(publicKey, teardown),
    ]);
    for (const system of systems) await warmUpSystem(run, system);

    return { cells: await runRowsInTurn(run, 'system', ROWS, systems), notes: [] };
  },
};
