import { toCell, type Cell } from '../cell.ts';
import type { Load } from '../generator/load.ts';
import { measure } from '../measure.ts';
import { tokensForCell, type BenchRun } from '../run.ts';
import { ANSWERS } from '../systems/operations.ts';
import type { Ledger, System, Workload } from '../systems/system.ts';

/** What is sent to a whole system, over how many connections, and what every answer should be. */
export interface SystemRow {
  readonly name: string;
  readonly workload: Workload;
  readonly connections: number;
  readonly counted: 'accepted' | 'refused' | 'read';
  /** Requests a second; without it as fast as the answers come. */
  readonly rate?: number;
  /** How many buyers the requests come from; without it each comes from another one. */
  readonly buyers?: number;
  /** Every connection sends one request, all at once. */
  readonly isRush?: boolean;
}

export interface CellPlace {
  readonly table: string;
  readonly column: string;
  readonly round: number;
}

/** More than any run takes. */
const PLENTY = 10_000_000;

export const PURCHASE_64: SystemRow = {
  name: 'purchase, 64 connections',
  workload: 'purchase',
  connections: 64,
  counted: 'accepted',
};

/** Until the system runs as it does for long: as fast as each can, or, where two of a kind are compared, by as many requests each. */
export async function warmUpSystem(
  run: BenchRun,
  system: System,
  stop: Load['stop'] = { afterSeconds: run.warmUpSeconds },
): Promise<void> {
  run.progress.say(`warming up ${system.name}`);
  const load = loadOf(run, system, PURCHASE_64, await system.openSale(PLENTY))!;
  await send(run, system, { ...load, stop });
}

/**
 * One run of a row on a product of its own. It is void where the answers, the stock and the orders do not say the same.
 *
 * @returns undefined where the system has nothing of the kind
 */
export async function runSystemCell(
  run: BenchRun,
  system: System,
  row: SystemRow,
  place: CellPlace,
): Promise<Cell | undefined> {
  const productId = await system.openSale(row.counted === 'refused' ? 1 : PLENTY);
  const opening = loadOf(run, system, row, productId);
  if (!opening) return undefined;
  const before = await system.ledger();
  // The terms of the sale are known after it; and where a refusal is measured it takes the last unit.
  const first = await send(run, system, { ...opening, connections: 8, stop: { afterRequests: 8 } });
  const load = loadOf(run, system, row, productId)!;
  const measurement = await measure(run.generator, load, () => system.groups());
  if (row.buyers === undefined) run.tokens.use(system.name, measurement.result.sent);
  const after = await system.ledger();
  const accepted = (first.counts['accepted'] ?? 0) + (measurement.result.counts['accepted'] ?? 0);
  const name = { ...place, row: row.name, connections: row.connections };
  return toCell(name, measurement, row.counted, mismatch(accepted, before, after));
}

/**
 * Every row, in every round, of each system in turn, so that each is the first one equally often.
 *
 * @param kind of the systems, for the line that shows how far it is
 */
export async function runRowsInTurn(
  run: BenchRun,
  table: string,
  rows: readonly SystemRow[],
  systems: readonly System[],
  kind = '',
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (let round = 1; round <= run.rounds; round++)
    for (const row of rows)
      for (let i = 0; i < systems.length; i++) {
        const system = systems[(i + round) % systems.length]!;
        run.progress.step(`${row.name}, ${kind}${system.name}, round ${round} of ${run.rounds}`);
        const cell = await runSystemCell(run, system, row, { table, column: system.name, round });
        if (cell) cells.push(cell);
      }
  return cells;
}

async function send(run: BenchRun, system: System, load: Load) {
  const result = await run.generator.run(load);
  run.tokens.use(system.name, result.sent);
  return result;
}

function mismatch(accepted: number, before: Ledger, after: Ledger): string | undefined {
  const decrement = after.decrement - before.decrement;
  const rows = after.rows - before.rows;
  if (after.decrement > after.units) return `oversold: ${after.decrement} of ${after.units}`;
  if (accepted === decrement && accepted === rows) return undefined;
  return `${accepted} were accepted, the stock went down by ${decrement}, and there are ${rows} more orders`;
}

function loadOf(run: BenchRun, system: System, row: SystemRow, productId: string): Load | undefined {
  const form = system.form(row.workload, productId);
  return (
    form && {
      ...form,
      tokens:
        row.buyers === undefined
          ? run.tokens.next(system.name, tokensForCell(run))
          : run.tokens.last(row.buyers),
      connections: row.connections,
      stop: row.isRush ? { afterRequests: row.connections } : { afterSeconds: run.seconds },
      ...(row.rate === undefined ? {} : { rate: row.rate }),
      answers: row.counted === 'read' ? ANSWERS.stock : ANSWERS.purchase,
    }
  );
}
