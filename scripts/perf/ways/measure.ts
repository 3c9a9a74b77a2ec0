import { median } from '../../bench/statistics.ts';

/** CPU microseconds of each of `times` repetitions, of all threads of this process. */
export async function cpuOf(times: number, work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

/** The ways in turn, so that a machine that becomes slower is slower for all of them. @returns the median of each */
export async function medians(
  rounds: number,
  ways: Readonly<Record<string, () => Promise<number>>>,
): Promise<Record<string, number>> {
  const figures = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const [name, way] of Object.entries(ways)) figures[name]!.push(await way());
  return Object.fromEntries(Object.entries(figures).map(([name, all]) => [name, median(all)]));
}
