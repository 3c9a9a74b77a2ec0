import type { Generator } from './generator/generator.ts';
import type { Progress } from './progress.ts';
import type { TokenPool } from './tokens.ts';

/** What every table needs. */
export interface BenchRun {
  readonly rounds: number;
  /** Of one cell. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly quick: boolean;
  /** Checkouts of this project, by the name of their column; the first one is this. */
  readonly folders: readonly (readonly [name: string, folder: string])[];
  readonly generator: Generator;
  readonly tokens: TokenPool;
  readonly progress: Progress;
}

/** No system answers more a second. */
const MOST_PER_SECOND = 8_000;

/** As many tokens as a cell can need. */
export const tokensForCell = ({ seconds }: BenchRun): number => seconds * MOST_PER_SECOND;
