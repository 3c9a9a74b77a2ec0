import type { Generator } from './generator/generator.ts';
import type { Progress } from './progress.ts';
import type { TokenPool } from './tokens.ts';

/** What every table needs. */
export interface BenchRun {
  readonly rounds: number;
  /** Of one cell. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** No system accepts more. */
  readonly mostPerSecond: number;
  readonly generator: Generator;
  readonly tokens: TokenPool;
  readonly progress: Progress;
}
