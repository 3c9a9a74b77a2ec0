import { styleText } from 'node:util';
import { isInformative, messageOf, parseEntry } from '../start/log-lines.ts';

/** Pino's levels, and the colour of each. */
const LEVELS = [
  [60, 'fatal', 'red'],
  [50, 'error', 'red'],
  [40, 'warn', 'yellow'],
  [30, 'info', 'green'],
  [20, 'debug', 'gray'],
  [0, 'trace', 'gray'],
] as const;

type Level = (typeof LEVELS)[number][1];

/** In the line already, or the same in every line. */
const NOT_SHOWN = new Set([
  'level',
  'time',
  'pid',
  'service',
  'msg',
  'err',
  'store',
  'host',
  'setting',
  'reason',
]);

/** The innermost frame of a stack that is in this project. */
const OWN_FRAME = /\(?(?:file:\/\/)?[^\s()]*\/((?:platform|router|subgraphs)\/[^\s():]+:\d+):\d+\)?/;

/**
 * One line for one line of a service's log: time, service, level, message, then what else the event has. Undefined for what adds
 * nothing, such as the frames of a stack.
 */
export function logEvent(service: string, line: string, hasColours: boolean): string | undefined {
  const entry = parseEntry(line);
  if (entry === undefined)
    return isInformative(line) ? eventLine(service, 'error', line.trim(), hasColours) : undefined;
  const [, level] = LEVELS.find(([least]) => entry.level >= least)!;
  const time = typeof entry['time'] === 'string' ? new Date(entry['time']) : new Date();
  const stack = entry.err?.stack;
  const frame = typeof stack === 'string' ? OWN_FRAME.exec(stack)?.[1] : undefined;
  const fields = Object.entries(entry)
    .filter(([name]) => !NOT_SHOWN.has(name))
    .map(([name, value]) => `${name}=${textOf(value)}`);
  const parts = [messageOf(entry), ...fields, ...(frame ? [`at ${frame}`] : [])];
  return eventLine(service, level, parts.join('  '), hasColours, time);
}

/** A line of `npm run dev` itself has the same form. */
export function eventLine(
  service: string,
  level: Level,
  text: string,
  hasColours: boolean,
  time: Date = new Date(),
): string {
  const paint = (format: Parameters<typeof styleText>[0], what: string) =>
    // Whether there are colours was decided by the caller, not by the environment of this call.
    hasColours ? styleText(format, what, { validateStream: false }) : what;
  const colour = LEVELS.find(([, name]) => name === level)![2];
  const clock = `${time.toLocaleTimeString('en-GB')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
  return [
    paint('gray', clock),
    paint('cyan', service.padEnd(7)),
    paint(colour, level.padEnd(5)),
    text.replaceAll(/\s*\n\s*/g, ' | '),
  ].join('  ');
}

const textOf = (value: unknown): string =>
  typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
