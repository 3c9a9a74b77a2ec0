/** The part of a run that one worker does. */
export interface Share {
  /** From 0. */
  readonly index: number;
  /** Workers in all. */
  readonly of: number;
  /** When the run began, by this thread's `performance.now()`: the same moment in each worker. */
  readonly began: number;
  /** Once it is aborted, no iteration begins any more. */
  readonly stop: AbortSignal;
  /** @returns the number of the next iteration of a scenario, from 0, over all workers */
  readonly nextIteration: (scenario: string) => number;
}

/** The whole of a run, from now on. */
export function wholeRun(): Share {
  const nextIteration = iterationCounter(newCounters(1), ['']);
  return {
    index: 0,
    of: 1,
    began: performance.now(),
    stop: new AbortController().signal,
    nextIteration: () => nextIteration(''),
  };
}

/** Numbers that all threads count up, one for each scenario. */
export const newCounters = (scenarios: number): SharedArrayBuffer =>
  new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * scenarios);

export function iterationCounter(
  counters: SharedArrayBuffer,
  scenarios: readonly string[],
): Share['nextIteration'] {
  const numbers = new Int32Array(counters);
  return (scenario) => Atomics.add(numbers, scenarios.indexOf(scenario), 1);
}
