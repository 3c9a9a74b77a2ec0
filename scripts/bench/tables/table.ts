import type { Teardown } from '../../start/teardown.ts';
import type { Cell } from '../cell.ts';
import type { BenchRun } from '../run.ts';

export interface TableResult {
  readonly cells: readonly Cell[];
  /** Sentences for the report: what was left out, and why. */
  readonly notes: readonly string[];
}

/** One part of the benchmark, that can be run alone. */
export interface Table {
  /** As `--only` takes it. */
  readonly name: string;
  /** How many cells it measures at the most. */
  cells(run: BenchRun): number;
  /** Starts what it measures, and stops it by this teardown, which is run when it is done. */
  run(run: BenchRun, teardown: Teardown): Promise<TableResult>;
}
