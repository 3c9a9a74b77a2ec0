import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { logEvent } from './log-event.ts';

const line = (entry: object) =>
  JSON.stringify({ time: '2026-01-02T03:04:05.006Z', pid: 7, service: 'order', ...entry });

it('is one line with time, service, level, message and what else the event has', () => {
  const event = logEvent('order', line({ level: 30, msg: 'ready', url: 'http://x:1', tries: 2 }), false);
  expect(event).toMatch(/^\d\d:\d\d:05\.006 {2}order {4}info {3}ready {2}url=http:\/\/x:1 {2}tries=2$/);
});

it('names the line of an error in this project', () => {
  const stack = 'Error: boom\n    at f (node:net:1:2)\n    at g (/home/x/subgraphs/order/stock/a.ts:12:3)';
  const event = logEvent(
    'order',
    line({ level: 50, msg: 'failed', err: { message: 'two\nlines', stack } }),
    false,
  );
  expect(event).toContain('error  failed: two | lines  at subgraphs/order/stock/a.ts:12');
  expect(event).not.toContain('\n');
});

it.each([
  [10, 'trace'],
  [20, 'debug'],
  [40, 'warn'],
  [60, 'fatal'],
])('names level %d %s', (level, name) => {
  expect(logEvent('user', line({ level, msg: 'x' }), false)).toContain(`  ${name}`);
});

it('has the same text with colours', () => {
  const text = line({ level: 40, msg: 'slow' });
  const coloured = logEvent('order', text, true)!;
  expect(coloured).toContain('\u001B[');
  expect(stripVTControlCharacters(coloured)).toBe(logEvent('order', text, false));
});

it('shows a line that is not JSON, but not the frames of a stack', () => {
  expect(logEvent('user', 'PORT must be set.', false)).toContain('user     error  PORT must be set.');
  expect(logEvent('user', '    at main (file.js:1:1)', false)).toBeUndefined();
});
