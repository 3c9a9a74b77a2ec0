import type { Mutant, NamedTest } from './mutant.ts';
import type { TestResult } from './run-tests.ts';

/** `caught`: the named test fails. `survived`: it passes. `notRun`: it could not be run, which proves nothing about the rule. */
export type Verdict = 'caught' | 'survived' | 'notRun';

export interface Judgement {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  /** What the test saw. */
  readonly failure: string | null;
  readonly seconds: number;
}

/** @param results with the mutant */
export function judge(mutant: Mutant, results: readonly TestResult[], seconds: number): Judgement {
  const named = resultsOf(mutant, results);
  const failure = named.find((result) => result.failure !== null)?.failure ?? null;
  const verdict = named.length === 0 ? 'notRun' : failure === null ? 'survived' : 'caught';
  return { mutant, verdict, failure, seconds };
}

/** More than one where the test is run with several values. */
export const resultsOf = ({ caughtIn, caughtBy }: NamedTest, results: readonly TestResult[]): TestResult[] =>
  results.filter(({ file, title }) => file.endsWith(`/${caughtIn}`) && title.includes(caughtBy));

export const lineOf = ({ mutant, verdict, failure, seconds }: Judgement): string =>
  `${mutant.name.padEnd(30)} ${verdict.padEnd(8)} ${seconds.toFixed(0).padStart(4)} s  ${failure ?? ''}`.trimEnd();
