import { pino, type Logger, type LoggerOptions } from 'pino';

export interface CapturedLog {
  readonly logger: Logger;
  /** Each as JSON, oldest first. */
  readonly lines: readonly string[];
  /** Whether a line has these words. */
  readonly has: (words: string) => boolean;
}

/** A logger whose lines a test reads. */
export function captureLog(options: LoggerOptions = {}): CapturedLog {
  const lines: string[] = [];
  return {
    logger: pino(options, { write: (line: string) => void lines.push(line) }),
    lines,
    has: (words) => lines.some((line) => line.includes(words)),
  };
}
