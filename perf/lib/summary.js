/** For `options`: what the summary reads. */
export const summaryTrendStats = ['count', 'med', 'p(95)', 'p(99)', 'max'];

/**
 * What `handleSummary` returns: a table on the screen.
 *
 * @param title the run, in one line
 * @param rows `[label, metric]`; counters give a number, trends a number and times; what did not happen is left out
 */
export function table(data, title, rows) {
  const figures = rows
    .map(([label, metric]) => [label, data.metrics[metric]])
    .filter(([, metric]) => metric && metric.values.count !== 0)
    .map(([label, metric]) => row(label, metric));
  const heading = `${''.padEnd(26)}${'number'.padStart(9)}${['p50', 'p95', 'p99', 'max'].map(column).join('')}`;
  const verdict = verdictOn(data);
  const lines = [title, '', heading, ...figures, '', ...stockOf(data), ...verdict];
  return { stdout: `\n${lines.map((line) => (line ? `  ${line}` : line)).join('\n')}\n\n` };
}

const column = (text) => text.padStart(11);

function row(label, { type, values }) {
  const number = type === 'gauge' ? values.value : values.count;
  const times =
    type === 'trend'
      ? ['med', 'p(95)', 'p(99)', 'max'].map((name) => column(`${values[name].toFixed(1)} ms`))
      : [];
  return `${label.padEnd(26)}${grouped(number).padStart(9)}${times.join('')}`;
}

export const grouped = (number) => String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');

function stockOf({ metrics }) {
  if (!metrics.stock_total) return [];
  const [total, sold, reserved, remaining] = ['total', 'sold', 'reserved', 'remaining'].map(
    (name) => `${grouped(metrics[`stock_${name}`].values.value)} ${name}`,
  );
  const orders = `${grouped(metrics.books_orders_read.values.value)} orders read back`;
  return [`stock     ${total}, ${sold}, ${reserved}, ${remaining}; ${orders}`];
}

function verdictOn({ metrics }) {
  const missed = Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds)
      .filter(([, { ok }]) => !ok)
      .map(([condition]) => `          ${name}: ${condition}`),
  );
  const isExact = !missed.some((line) => line.includes(' books_') || line.includes('outcomes'));
  const ledger = metrics.books_closed ? [`ledger    ${isExact ? 'exact' : 'NOT EXACT'}`] : [];
  return missed.length === 0 ? ledger : [...ledger, 'missed', ...missed];
}
