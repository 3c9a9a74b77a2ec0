import { assert, type IAsyncProperty, type IProperty, type Parameters } from 'fast-check';
import { it } from 'vitest';

/** Milliseconds for one property in a run of the default length: on a busy machine there are fewer runs. */
const ENOUGH_MS = 4_000;
/** `PROPERTY_RUNS=50` tries each property fifty times as often, for as long as that takes. */
const factor = Number(process.env['PROPERTY_RUNS'] ?? 1);
const seed = process.env['SEED'];

/**
 * A test that a property holds for random values. A failure prints the seed, the path, and the smallest values that were found to
 * break it; `SEED=…` tries the same values again.
 *
 * @param times how often it is tried
 */
export function itHolds(
  title: string,
  times: number,
  property: IProperty<unknown> | IAsyncProperty<unknown>,
): void {
  const parameters: Parameters<unknown> = {
    numRuns: times * factor,
    ...(factor > 1 ? {} : { interruptAfterTimeLimit: ENOUGH_MS }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
  const timeout = 60_000 * Math.max(1, factor);
  it(title, { timeout }, async () => void (await assert(property as IAsyncProperty<unknown>, parameters)));
}
