import { tracingChannel } from 'node:diagnostics_channel';
import { currentSpan, bindSpanTo } from '../current-span.ts';
import { NO_SPAN, type Span } from '../span.ts';
import { traceChannel, type Failure, type StoreOperation } from './store-spans.ts';
import { summarizeSql } from './sql-summary.ts';

/** What mysql2 tells of a statement, TypeORM's among them. */
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

/** Told apart by number, as in `platform/mysql/errors.ts`; those of the system are below zero and have a name. */
function failureOf(error: unknown): Failure {
  const { errno, code, name } = error as { errno?: number; code?: string; name?: string };
  if (errno !== undefined && errno > 0) return { type: String(errno), code: String(errno) };
  return { type: code ?? name ?? '_OTHER', code: null };
}

/** A pool of mysql2 that is used up calls a waiter where somebody else gave a connection back. */
function keepSpansInQueues(): () => void {
  const waiting = new WeakMap<object, Span>();
  const channels = tracingChannel<unknown, object>('mysql2:pool:connect');
  const remember = (asked: unknown) => void waiting.set(asked as object, currentSpan());
  channels.start.subscribe(remember);
  const forget = bindSpanTo(channels.asyncStart, (asked: object) => waiting.get(asked) ?? NO_SPAN);
  return () => {
    channels.start.unsubscribe(remember);
    forget();
  };
}
