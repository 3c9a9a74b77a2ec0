import { pino, type Logger } from 'pino';

export type { Logger };

/** JSON lines on standard output. Whatever could be personal or secret is cut out, should it ever get this far. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
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
        'err.sql',
        'err.parameters',
        'err.query',
        'err.driverError',
        'err.command.args',
      ],
      remove: true,
    },
  });
}
