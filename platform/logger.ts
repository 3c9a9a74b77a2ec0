import { pino, type Logger } from 'pino';
import { loggedError } from './logged-error.ts';

export type { Logger };

/** JSON lines on standard output. Properties that could hold personal or secret values are removed, should they ever get this far. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => loggedError(error) },
    redact: {
      paths: [
        'authorization',
        'password',
        'token',
        'email',
        '*.authorization',
        '*.password',
        '*.token',
        '*.email',
      ],
      remove: true,
    },
  });
}
