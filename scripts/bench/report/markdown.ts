import type { Block, TableBlock } from './blocks.ts';

/** Plots are files beside it, by their name. */
export const toMarkdown = (title: string, blocks: readonly Block[]): string =>
  `# ${title}\n\n${blocks.map(blockOf).join('\n')}`;

function blockOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${block.text}\n`;
    case 'text':
      return `${block.text}\n`;
    case 'table':
      return tableOf(block);
    case 'plot':
      return `![${block.title}](${block.name}.svg)\n`;
  }
}

/** Columns are padded, as the formatter of this project does it. */
function tableOf({ head, rows }: TableBlock): string {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')),
  );
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, i) => (i === 0 ? (row[i] ?? '').padEnd(width) : (row[i] ?? '').padStart(width))).join(' | ')} |\n`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |\n`;
  const [first, ...others] = cells;
  return line(first!) + rule + others.map(line).join('');
}
