import { tracingChannel } from 'node:diagnostics_channel';
import { currentSpan, bindSpanTo } from '../current-span.ts';
import { NO_SPAN, type Span } from '../span.ts';
import { traceChannel, type Failure, type StoreOperation } from './store-spans.ts';
import { summarizeSql } from './sql-summary.ts';

/** The message of mysql2 for a statement, including TypeORM's. */
interface Statement {
  readonly query: string;
  readonly database: string;
  readonly serverAddress: string;
  readonly serverPort?: number;
}

const MAX_SUMMARY = 255;

/** From now on statements have spans. @returns ends it */
export function traceSql(): () => void {
  const ends = [
    traceChannel('mysql2:query', describe, failureOf),
    traceChannel('mysql2:execute', describe, failureOf),
    keepSpansInQueues(),
  ];
  return () => ends.forEach((end) => end());
}

function describe({ query, database, serverAddress, serverPort }: Statement): StoreOperation {
  const { operation, tables } = summarizeSql(query);
  const summary = [operation, ...tables].join(' ').slice(0, MAX_SUMMARY);
  return {
    name: summary,
    attributes: {
      'db.system.name': 'mysql',
      'db.namespace': database,
      'db.operation.name': operation,
      'db.query.summary': summary,
      ...(tables.length === 1 ? { 'db.collection.name': tables[0]! } : {}),
      'server.address': serverAddress,
      ...(serverPort === undefined ? {} : { 'server.port': serverPort }),
    },
  };
}

/** Classified by number, as in `platform/mysql/errors.ts`; those of the system are below zero and have a name. */
function failureOf(error: unknown): Failure {
  const { errno, code, name } = error as { errno?: number; code?: string; name?: string };
  if (errno !== undefined && errno > 0) return { type: String(errno), code: String(errno) };
  return { type: code ?? name ?? '_OTHER', code: null };
}

/** An exhausted pool of mysql2 resumes a waiter in the context of the work that released a connection. */
function keepSpansInQueues(): () => void {
  const waiting = new WeakMap<object, Span>();
  const channels = tracingChannel<unknown, object>('mysql2:pool:connect');
  const remember = (operation: unknown) => void waiting.set(operation as object, currentSpan());
  channels.start.subscribe(remember);
  const forget = bindSpanTo(channels.asyncStart, (operation: object) => waiting.get(operation) ?? NO_SPAN);
  return () => {
    channels.start.unsubscribe(remember);
    forget();
  };
}
