import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** One line of a service's log, as a person should see it. */
export type LogLine = { text: string; isWarning: boolean };

const warningLevel = 40;
const mostBytes = 64 * 1024;

/** A line that Pino wrote. */
export interface LogEntry {
  readonly level: number;
  readonly err?: { readonly message?: unknown; readonly stack?: unknown };
  readonly [field: string]: unknown;
}

/** Undefined for anything else, such as a stack trace. */
export function parseEntry(line: string): LogEntry | undefined {
  try {
    const entry = JSON.parse(line) as LogEntry | null;
    return typeof entry?.level === 'number' ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** The message, with the store and the error that it is about. */
export function messageOf(entry: LogEntry): string {
  const parts = [entry['msg'], storeOf(entry), entry.err?.message, entry['reason']].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  return [...new Set(parts)].join(': ');
}

/** Pino's JSON lines become their message; anything else stays as it is. */
export function readLine(line: string): LogLine {
  const entry = parseEntry(line);
  return entry
    ? { text: messageOf(entry), isWarning: entry.level >= warningLevel }
    : { text: line, isWarning: false };
}

/** Of a line about a store: which it is, where, and by which setting. */
function storeOf({ store, host, setting }: LogEntry): string | undefined {
  if (typeof store !== 'string') return undefined;
  const where = typeof host === 'string' ? ` at ${host}` : '';
  return `${store}${where}${typeof setting === 'string' ? ` (${setting})` : ''}`;
}

/** False for the stack frames below an error, which would push its message out of the last few lines. */
export function isInformative(text: string): boolean {
  return !/^\s+at |^Node\.js v|^\s*[{}]\s*$/.test(text);
}

/** Reads what a log file gained since the last time. */
export class LogReader {
  readonly #path: string;
  #position = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The complete lines that are new. After a flood only the newest 64 KiB, because more is not read on a screen. */
  readNew(): string[] {
    const file = openSync(this.#path, 'r');
    try {
      const { size } = fstatSync(file);
      const from = Math.max(this.#position, size - mostBytes);
      const buffer = Buffer.alloc(size - from);
      const read = readSync(file, buffer, 0, buffer.length, from);
      const complete = buffer.subarray(0, buffer.subarray(0, read).lastIndexOf('\n') + 1);
      this.#position = from + complete.length;
      return complete
        .toString('utf8')
        .split('\n')
        .filter((line) => line.trim() !== '');
    } finally {
      closeSync(file);
    }
  }
}
