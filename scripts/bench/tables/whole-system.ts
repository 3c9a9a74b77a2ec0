import { toCell, type Cell } from '../cell.ts';
import type { Load } from '../generator/load.ts';
import { measure } from '../measure.ts';
import type { BenchRun } from '../run.ts';
import { ANSWERS } from '../systems/operations.ts';
import type { Ledger, System, Workload } from '../systems/system.ts';

/** What is bought, over how many connections, and what every answer should be. */
interface Row {
  readonly name: string;
  readonly workload: Workload;
  readonly connections: number;
  readonly counted: 'accepted' | 'refused';
}

export const ROWS: readonly Row[] = [
  ...[8, 64, 512].map((connections) => ({
    name: `purchase, ${connections} connections`,
    workload: 'purchase' as const,
    connections,
    counted: 'accepted' as const,
  })),
  {
    name: 'purchase + product, 64 connections',
    workload: 'purchaseWithProduct',
    connections: 64,
    counted: 'accepted',
  },
  { name: 'refusal (SoldOut), 64 connections', workload: 'purchase', connections: 64, counted: 'refused' },
];

const TABLE = 'system';
/** More than any run takes. */
const PLENTY = 10_000_000;

/** Every row, for each system in turn, and that so many rounds: each system is the first one equally often. */
export async function runWholeSystem(run: BenchRun, systems: readonly System[]): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const system of systems) await warmUp(run, system);
  for (let round = 1; round <= run.rounds; round++) {
    for (const row of ROWS) {
      const inTurn = systems.map((_, i) => systems[(i + round) % systems.length]!);
      for (const system of inTurn) {
        run.progress.step(`${row.name}, ${system.name}, round ${round} of ${run.rounds}`);
        const cell = await runRow(run, system, row, round);
        if (cell) cells.push(cell);
      }
    }
  }
  return cells;
}

async function warmUp(run: BenchRun, system: System): Promise<void> {
  const load = loadOf(run, system, ROWS[1]!, await system.openSale(PLENTY));
  if (!load) return;
  run.progress.say(`warming up ${system.name}`);
  const { sent } = await run.generator.run({ ...load, stop: { afterSeconds: run.warmUpSeconds } });
  run.tokens.use(system.name, sent);
}

async function runRow(run: BenchRun, system: System, row: Row, round: number): Promise<Cell | undefined> {
  const productId = await system.openSale(row.counted === 'refused' ? 1 : PLENTY);
  const opening = loadOf(run, system, row, productId);
  if (!opening) return undefined;
  const before = await system.ledger(productId);
  // It opens the connections; and where a refusal is measured it takes the last unit.
  const first = await run.generator.run({ ...opening, stop: { afterRequests: row.connections } });
  run.tokens.use(system.name, first.sent);
  const load = loadOf(run, system, row, productId)!;
  const measurement = await measure(run.generator, load, () => system.groups());
  run.tokens.use(system.name, measurement.result.sent);
  const after = await system.ledger(productId);
  const accepted = first.counts['accepted']! + measurement.result.counts['accepted']!;
  const name = { table: TABLE, row: row.name, column: system.name, round, connections: row.connections };
  return toCell(name, measurement, row.counted, mismatch(accepted, before, after));
}

function mismatch(accepted: number, before: Ledger, after: Ledger): string | undefined {
  const decrement = after.decrement - before.decrement;
  const rows = after.rows - before.rows;
  if (after.decrement > after.units) return `oversold: ${after.decrement} of ${after.units}`;
  if (accepted === decrement && accepted === rows) return undefined;
  return `${accepted} were accepted, the stock went down by ${decrement}, and there are ${rows} more orders`;
}

function loadOf(run: BenchRun, system: System, row: Row, productId: string): Load | undefined {
  const form = system.form(row.workload, productId);
  return (
    form && {
      ...form,
      tokens: run.tokens.next(system.name, Math.ceil(run.seconds * run.mostPerSecond)),
      connections: row.connections,
      stop: { afterSeconds: run.seconds },
      answers: ANSWERS.purchase,
    }
  );
}
