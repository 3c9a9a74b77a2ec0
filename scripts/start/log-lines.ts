import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** One line of a service's log, as a person should see it. */
export type LogLine = { text: string; isWarning: boolean };

const warningLevel = 40;
const mostBytes = 64 * 1024;

/** Pino's JSON lines become their message; anything else, such as a stack trace, stays as it is. */
export function readLine(line: string): LogLine {
  try {
    const entry = JSON.parse(line) as Partial<Record<string, unknown>> & { err?: { message?: unknown } };
    if (typeof entry['level'] !== 'number') return { text: line, isWarning: false };
    const parts = [entry['msg'], storeOf(entry), entry.err?.message, entry['reason']].filter(
      (part) => typeof part === 'string' && part !== '',
    );
    return { text: [...new Set(parts)].join(': '), isWarning: entry['level'] >= warningLevel };
  } catch {
    return { text: line, isWarning: false };
  }
}

/** Of a line about a store: which it is, where, and by which setting. */
function storeOf({ store, host, setting }: Partial<Record<string, unknown>>): string | undefined {
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
