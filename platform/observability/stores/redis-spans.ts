import { scriptName } from '../../redis/script.ts';
import { traceChannel, type Failure, type StoreOperation } from './store-spans.ts';

/** The message of ioredis for a command. */
interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly database: number;
  readonly serverAddress: string;
  readonly serverPort?: number;
}

/** From now on commands and scripts have spans. @returns ends it */
export const traceRedis = (): (() => void) => traceChannel('ioredis:command', describe, failureOf);

/** Of the arguments only a script is read, and recorded by the name of its file. */
function describe({ command, args, database, serverAddress, serverPort }: Command): StoreOperation {
  const operation = command.toUpperCase();
  const script = operation.startsWith('EVAL') ? scriptName(args[0] ?? '') : undefined;
  return {
    name: script ? `${operation} ${script}` : operation,
    attributes: {
      'db.system.name': 'redis',
      'db.namespace': String(database),
      'db.operation.name': operation,
      ...(script ? { 'db.stored_procedure.name': script } : {}),
      'server.address': serverAddress,
      ...(serverPort === undefined ? {} : { 'server.port': serverPort }),
    },
  };
}

/** The first word of an error of Redis is its kind; an error of the client itself is recorded by its name. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { type: '_OTHER', code: null };
  if (error.message === 'Command timed out') return { type: 'timeout', code: null };
  const code = (error.name === 'ReplyError' && /^[A-Z]+/.exec(error.message)?.[0]) || null;
  return { type: code ?? error.name, code };
}
