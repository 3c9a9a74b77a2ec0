import { escapeHtml } from './html.ts';

/** Plots as SVG, without a script and without a font of their own. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 760;
const HEIGHT = 340;
const LEFT = 70;
const RIGHT = 190;
const TOP = 46;
const BOTTOM = 46;
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b', '#7f7f7f'];

export const colourOf = (index: number): string => COLOURS[index % COLOURS.length]!;

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

/** A line for each series; points that are no number are left out. */
export function linePlot(title: string, x: Axis, y: Axis, series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points).filter(isDrawn);
  if (points.length === 0)
    return frame(title, HEIGHT, label(LEFT, TOP + 20, 'start', 'nothing was measured'));
  const place = (axis: Axis, of: 'x' | 'y', from: number, to: number) => {
    const values = points.map((point) => point[of]);
    return scaleOf(axis, axis.scale === 'log' ? values : [0, ...values], from, to);
  };
  const toX = place(x, 'x', LEFT, WIDTH - RIGHT);
  const toY = place(y, 'y', HEIGHT - BOTTOM, TOP);
  const lines = series.map((one, i) => {
    const drawn = one.points.filter(isDrawn).map((point) => [toX.at(point.x), toY.at(point.y)] as const);
    const path = drawn.map(([px, py]) => `${round(px)},${round(py)}`).join(' ');
    const dots = drawn.map(
      ([px, py]) => `<circle cx="${round(px)}" cy="${round(py)}" r="3" fill="${colourOf(i)}"/>`,
    );
    return `<polyline points="${path}" fill="none" stroke="${colourOf(i)}" stroke-width="2"/>${dots.join('')}`;
  });
  const xTicks = toX.ticks.map(
    (value) =>
      `<line x1="${round(toX.at(value))}" x2="${round(toX.at(value))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#ddd"/>` +
      label(toX.at(value), HEIGHT - BOTTOM + 16, 'middle', short(value)),
  );
  return frame(
    title,
    HEIGHT,
    [
      ...xTicks,
      ...yTicks(toY),
      label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, 'middle', x.label),
      label(LEFT, TOP - 8, 'start', y.label),
      ...lines,
      legend(series.map(({ name }) => name)),
    ].join(''),
  );
}

export interface Stack {
  readonly name: string;
  /** In the order of the parts. */
  readonly values: readonly number[];
}

/** A bar for each, made of parts: as of the processes of a system. */
export function stackedBars(
  title: string,
  unit: string,
  parts: readonly string[],
  bars: readonly Stack[],
): string {
  const rowHeight = 26;
  const left = 250;
  const height = TOP + bars.length * rowHeight + BOTTOM;
  const sum = ({ values }: Stack) => values.reduce((a, b) => a + (Number.isFinite(b) ? b : 0), 0);
  const toX = scaleOf({ label: unit, scale: 'linear' }, [0, ...bars.map(sum)], left, WIDTH - RIGHT);
  const rows = bars.map((bar, row) => {
    const y = TOP + row * rowHeight;
    let from = 0;
    const rects = bar.values.map((value, part) => {
      if (!Number.isFinite(value)) return '';
      const x1 = toX.at(from);
      from += value;
      return `<rect x="${round(x1)}" y="${y + 3}" width="${round(toX.at(from) - x1)}" height="${rowHeight - 6}" fill="${colourOf(part)}"/>`;
    });
    return (
      label(left - 8, y + 17, 'end', bar.name) +
      rects.join('') +
      label(toX.at(from) + 5, y + 17, 'start', sum(bar).toPrecision(3))
    );
  });
  const ticks = toX.ticks.map((value) => label(toX.at(value), height - BOTTOM + 16, 'middle', short(value)));
  return frame(
    title,
    height,
    [...rows, ...ticks, label((left + WIDTH - RIGHT) / 2, height - 8, 'middle', unit), legend(parts)].join(
      '',
    ),
  );
}

const isDrawn = ({ x, y }: { x: number; y: number }) => Number.isFinite(x) && Number.isFinite(y);

interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
}

function scaleOf({ scale }: Axis, values: readonly number[], from: number, to: number): Scale {
  const least = Math.min(...values);
  const most = Math.max(...values, least + Number.EPSILON);
  if (scale === 'linear') {
    const step = niceStep((most - least) / 5);
    const end = Math.ceil(most / step) * step;
    const at = (value: number) => from + ((value - least) / (end - least)) * (to - from);
    const count = Math.round((end - least) / step);
    return {
      at,
      ticks: Array.from({ length: count + 1 }, (_, i) => Number((least + i * step).toPrecision(12))),
    };
  }
  const low = Math.floor(Math.log10(Math.max(least, 1e-9)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most)));
  const at = (value: number) =>
    from + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (to - from);
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}

/** 1, 2 or 5 times a power of ten, from this on. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10);
}

const yTicks = (scale: Scale): string[] =>
  scale.ticks.map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(scale.at(value))}" y2="${round(scale.at(value))}" stroke="#ddd"/>` +
      label(LEFT - 6, scale.at(value) + 4, 'end', short(value)),
  );

const legend = (names: readonly string[]): string =>
  names
    .map(
      (name, i) =>
        `<rect x="${WIDTH - RIGHT + 30}" y="${TOP + i * 18}" width="10" height="10" fill="${colourOf(i)}"/>` +
        label(WIDTH - RIGHT + 46, TOP + 9 + i * 18, 'start', name),
    )
    .join('');

const label = (x: number, y: number, anchor: 'start' | 'middle' | 'end', what: string): string =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeHtml(what)}</text>`;

const frame = (title: string, height: number, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeHtml(title)}" font-family="system-ui, sans-serif" font-size="11" fill="#222">` +
  `<rect width="${WIDTH}" height="${height}" fill="#fff"/><text x="10" y="20" font-size="14" font-weight="600">${escapeHtml(title)}</text>${content}</svg>`;

const round = (value: number): number => Math.round(value * 10) / 10;

/** 1,500,000 is 1.5M. */
function short(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}
