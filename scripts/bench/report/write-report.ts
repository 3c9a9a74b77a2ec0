import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TableResult } from '../tables/table.ts';
import { aboutTable, type About } from './about.ts';
import { heading, text, type Block } from './blocks.ts';
import { goalsOf, goalTable } from './goals.ts';
import { toHtml } from './html.ts';
import { toMarkdown } from './markdown.ts';
import { SECTIONS } from './sections.ts';
import { summarise } from './summary.ts';

const TITLE = 'What a purchase costs';

/**
 * Writes `README.md`, with its plots as files beside it, `index.html`, which has everything in it, and `cells.json`, every run as it was
 * measured.
 *
 * @param ours the column of this checkout
 * @returns the Markdown
 */
export function writeReport(
  folder: string,
  about: About,
  results: ReadonlyMap<string, TableResult>,
  ours: string,
): string {
  const blocks = reportOf(about, results, ours);
  const markdown = toMarkdown(TITLE, blocks);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'README.md'), markdown);
  writeFileSync(join(folder, 'index.html'), toHtml(TITLE, blocks));
  for (const block of blocks)
    if (block.kind === 'plot') writeFileSync(join(folder, `${block.name}.svg`), `${block.svg}\n`);
  const cells = [...results.values()].flatMap((result) => result.cells);
  writeFileSync(join(folder, 'cells.json'), JSON.stringify({ about, cells }));
  return markdown;
}

export function reportOf(about: About, results: ReadonlyMap<string, TableResult>, ours: string): Block[] {
  const summaries = new Map([...results].map(([name, { cells }]) => [name, summarise(cells)]));
  const measured = goalsOf(summaries, ours).filter(({ measured: value = NaN }) => Number.isFinite(value));
  return [
    aboutTable(about),
    text(
      'Figures drift with the machine; a ratio within one run does not. CPU time is that of `/proc/PID/stat`, of the program and of the',
      'system for it; the process that sends the load is left out.',
    ),
    ...(measured.length > 0 ? [heading('Goals'), goalTable(measured)] : []),
    ...[...results].flatMap(([name, { notes }]) => [
      ...SECTIONS[name]!(summaries.get(name)!),
      ...[...notes, ...voidsOf(summaries.get(name)!)].map((note) => text(note)),
    ]),
  ];
}

const voidsOf = (summaries: ReturnType<typeof summarise>): string[] =>
  summaries.flatMap(({ row, column, voids }) =>
    voids.map((reason) => `A void run: ${row}, ${column}: ${reason}`),
  );
