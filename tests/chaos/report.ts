import { HARMS, type Breach } from './checks.ts';
import { isBroken, type Result } from './experiment.ts';

const seconds = (ms: number | null): string => (ms === null ? 'never' : (ms / 1_000).toFixed(1));

const verdict = (result: Result): string =>
  isBroken(result)
    ? 'BROKEN'
    : result.isRecoveryJudged
      ? 'holds'
      : 'holds; machine too busy to judge recovery';

/** What was broken, a sentence each. */
export const sentencesOf = ({ breaches, slow }: Result): string[] => [
  ...slow,
  ...breaches.map(({ sentence }) => sentence),
];

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
  `${result.round.name}: ${verdict(result)}; ${result.purchases} purchases, first purchase ${seconds(result.firstPurchaseMs)} s, all operations ${seconds(result.recoveryMs)} s after healing`;

/** A table in Markdown, and a sentence for every rule that was broken. */
export function reportOf(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { yes, no, unknown } = result.requests;
    return [
      result.round.name,
      String(yes + no + unknown),
      `${yes} / ${no} / ${unknown}`,
      seconds(result.firstPurchaseMs),
      seconds(result.recoveryMs),
      result.readiness,
      result.seen,
      result.seenByOthers || '-',
      result.usualMs.toFixed(0),
      result.latenessMs.toFixed(0),
      verdict(result),
    ];
  });
  const broken = results.flatMap((result) =>
    sentencesOf(result).map((sentence) => `${result.round.name}: ${sentence}.`),
  );
  return [...tableOf(HEADINGS, rows), ...(broken.length > 0 ? ['', ...broken] : [])].join('\n');
}

/** The sums of a run, as a table of one line. @param atTheEnd what was found beyond the rounds */
export function totalsOf(results: readonly Result[], atTheEnd: readonly Breach[]): string {
  const breaches = [...results.flatMap((result) => result.breaches), ...atTheEnd];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const judged = results.filter(({ isRecoveryJudged }) => isRecoveryJudged);
  const slowest = judged.map(({ recoveryMs }) => recoveryMs ?? Infinity);
  const columns: [string, string][] = [
    ['rounds', String(results.length)],
    ['purchases', String(sum(results.map(({ purchases }) => purchases)))],
    ['requests', String(sum(results.map(({ requests: { yes, no, unknown } }) => yes + no + unknown)))],
    ...HARMS.map((harm): [string, string] => [
      harm,
      String(sum(breaches.filter((breach) => breach.harm === harm).map(({ times }) => times))),
    ]),
    ['rounds with recovery judged', String(judged.length)],
    ['slowest recovery s', slowest.length === 0 ? '-' : seconds(Math.max(...slowest))],
    ['operations later than 10 s', String(sum(results.map(({ slow }) => slow.length)))],
  ];
  const lines = tableOf(
    columns.map(([heading]) => heading),
    [columns.map(([, value]) => value)],
  );
  return [...lines, ...atTheEnd.map(({ sentence }) => `${sentence}.`)].join('\n');
}

function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
