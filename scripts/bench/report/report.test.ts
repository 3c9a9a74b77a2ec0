import { describe, expect, it } from 'vitest';
import { text, table } from './blocks.ts';
import { toHtml } from './html.ts';
import { toMarkdown } from './markdown.ts';
import { linePlot, stackedBars } from './plots.ts';
import { reportOf } from './write-report.ts';
import { cellOf } from './testing.ts';

const about = { date: new Date(0), command: 'npm run bench', rounds: 1, seconds: 1, load: 0 };

describe('the report', () => {
  it('as Markdown has every table with its figures in columns', () => {
    expect(
      toMarkdown('Title', [
        text('A sentence.'),
        table(
          ['', 'ms'],
          [
            ['a|b', '1.25'],
            ['long name', '10'],
          ],
        ),
      ]),
    ).toBe(
      '# Title\n\nA sentence.\n\n|           |   ms |\n| --------- | ---: |\n| a\\|b      | 1.25 |\n| long name |   10 |\n',
    );
  });

  it('as a page needs no other file, and shows markup as text', () => {
    const plot = linePlot('<b>', AXIS, AXIS, [{ name: 'a & b', points: [{ x: 1, y: 2 }] }]);
    const page = toHtml('Title', [
      text('`x` <script>alert(1)</script>'),
      { kind: 'plot', name: 'plot', title: 'Plot', svg: plot },
    ]);
    expect(page).toContain('<p><code>x</code> &lt;script&gt;alert(1)&lt;/script&gt;</p>');
    expect(page).toContain('<figure><svg ');
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/(?:src|href)=|https?:|<script/);
  });

  it('names what is void, and has the goals that were measured alone', () => {
    const cells = [
      cellOf({}),
      cellOf({ column: 'ceiling' }),
      cellOf({ column: 'as usually written', void: 'oversold: 2 of 1' }),
    ];
    const markdown = toMarkdown(
      'T',
      reportOf(about, new Map([['system', { cells, notes: ['A note.'] }]]), 'this'),
    );
    expect(markdown).toContain('A void run: purchase, 64 connections, as usually written: oversold: 2 of 1');
    expect(markdown).toContain('A note.');
    expect(markdown).toContain('system: CPU time of the ceiling, purchase, 64 connections');
    expect(markdown).not.toContain('not measured');
    expect(markdown).not.toContain('NaN');
  });
});

describe('growth', () => {
  it('is compared process by process, so that it shows which of them takes longer', () => {
    const growth = (column: string, cpuMs: Record<string, number>) =>
      cellOf({ table: 'growth', column, cpuMs });
    const cells = [
      growth('no orders', { router: 0.4, order: 0.2, MySQL: 0.1, Redis: 0.05 }),
      growth('1,000,000 orders', { router: 0.4, order: 0.3, MySQL: 0.2, Redis: 0.05 }),
    ];
    const markdown = toMarkdown('T', reportOf(about, new Map([['growth', { cells, notes: [] }]]), 'this'));
    expect(markdown).toMatch(
      /\| 1,000,000 orders by no orders \| +router \| +order \| +MySQL \| +Redis \| +sum \|/,
    );
    expect(markdown).toMatch(/\| purchase, 64 connections +\| +1.00 \| +1.50 \| +2.00 \| +1.00 \| +1.27 \|/);
  });
});

const AXIS = { label: 'axis', scale: 'linear' } as const;

describe('a plot', () => {
  it('has a line and a name for each series, and no figure that is none', () => {
    const plot = linePlot('Growth', { label: 'x', scale: 'log' }, AXIS, [
      {
        name: 'first',
        points: [
          { x: 1, y: 1 },
          { x: 1_000, y: 5 },
          { x: 10_000, y: NaN },
        ],
      },
      { name: 'second', points: [] },
    ]);
    expect(plot.match(/<polyline/g)).toHaveLength(2);
    expect(plot.match(/<circle/g)).toHaveLength(2);
    expect(plot).toContain('>second</text>');
    expect(plot).not.toMatch(/NaN|Infinity/);
  });

  it('of nothing says so', () => {
    expect(linePlot('Empty', AXIS, AXIS, [{ name: 'a', points: [] }])).toContain('nothing was measured');
  });

  it('of bars is as long as the parts are together', () => {
    const plot = stackedBars(
      'Bars',
      'ms',
      ['router', 'order'],
      [
        { name: 'this', values: [1, 2] },
        { name: 'ceiling', values: [NaN, 3] },
      ],
    );
    const widths = [...plot.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="20"/g)].map(
      ([, w]) => Number(w),
    );
    expect(widths).toHaveLength(3);
    expect(widths[0]! + widths[1]!).toBeCloseTo(widths[2]!, 0);
    expect(plot).not.toMatch(/NaN|Infinity/);
  });
});
