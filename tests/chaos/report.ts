import type { Result } from './experiment.ts';
import type { Call } from './history.ts';

const seconds = (ms: number | null): string => (ms === null ? 'never' : (ms / 1_000).toFixed(1));

const outcomes = (calls: readonly Call[]): string =>
  (['yes', 'no', 'unknown'] as const)
    .map((outcome) => calls.filter((made) => made.outcome === outcome).length)
    .join(' / ');

const verdict = ({ broken, isRecoveryJudged }: Result): string =>
  broken.length > 0 ? 'BROKEN' : isRecoveryJudged ? 'holds' : 'holds; machine too busy to judge recovery';

const HEADINGS = [
  'fault',
  'requests',
  'yes / no / unknown',
  'first purchase s',
  'all operations s',
  'not ready',
  'what buyers saw',
  'beside yes, others saw',
  'purchase before ms',
  'timers late ms',
  'verdict',
];

/** One line for a person who waits. */
export const summaryOf = (result: Result): string =>
  `${result.fault.name}: ${verdict(result)}; first purchase ${seconds(result.firstPurchaseMs)} s, all operations ${seconds(result.recoveryMs)} s after healing`;

/** A table in Markdown, and a sentence for every rule that was broken. */
export function reportOf(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.fault.name,
    String(result.purchases.length + result.others.length),
    outcomes([...result.purchases, ...result.others]),
    seconds(result.firstPurchaseMs),
    seconds(result.recoveryMs),
    result.readiness,
    result.seen,
    result.seenByOthers || '-',
    result.usualMs.toFixed(0),
    result.latenessMs.toFixed(0),
    verdict(result),
  ]);
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const table = [line(HEADINGS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
  const broken = results.flatMap((result) =>
    result.broken.map((sentence) => `${result.fault.name}: ${sentence}.`),
  );
  return [...table, ...(broken.length > 0 ? ['', ...broken] : [])].join('\n');
}
