import type { Block, TableBlock } from './blocks.ts';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { padding: 0.2rem 0.7rem; border-bottom: 1px solid #8884; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
figure { margin: 1.5rem 0; }
svg { max-width: 100%; height: auto; background: #fff; }`;

/** One file that needs no other. */
export const toHtml = (title: string, blocks: readonly Block[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${blocks.map(blockOf).join('\n')}
</body>
</html>
`;

function blockOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeHtml(block.text)}</h2>`;
    case 'text':
      return `<p>${withCode(block.text)}</p>`;
    case 'table':
      return tableOf(block);
    case 'plot':
      return `<figure>${block.svg}</figure>`;
  }
}

const tableOf = ({ head, rows }: TableBlock): string =>
  `<table>\n${rowOf('th', head)}\n${rows.map((row) => rowOf('td', row)).join('\n')}\n</table>`;

const rowOf = (element: 'th' | 'td', cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<${element}>${withCode(cell)}</${element}>`).join('')}</tr>`;

/** What Markdown has between backquotes and double asterisks. */
const withCode = (text: string): string =>
  escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
