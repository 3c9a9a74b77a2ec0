import { tracingChannel } from 'node:diagnostics_channel';
import { currentSpan } from '../current-span.ts';
import type { Attributes, Span } from '../span.ts';

/** What is recorded of an operation of a store at its start; never its parameters or keys. */
export interface StoreOperation {
  /** Of the span: low in cardinality, as `SELECT orders`. */
  readonly name: string;
  /** By OpenTelemetry's semantic conventions for database clients, stable since their version 1.33. */
  readonly attributes: Attributes;
}

/** A failed operation, without the message, which may hold values. */
export interface Failure {
  /** Low in cardinality, as `timeout`. */
  readonly type: string;
  /** The error code of the store; null when it did not respond. */
  readonly code: string | null;
}

/** The message of a driver on a channel, beside the operation itself. */
interface Outcome {
  readonly error?: unknown;
}

/**
 * Records a span for every operation that a driver publishes on a tracing channel of Node, as a child of the current span. Outside of a
 * recorded request it records none.
 *
 * @param channel as `mysql2:query`
 * @returns ends it
 */
export function traceChannel<Operation extends object>(
  channel: string,
  describe: (operation: Operation) => StoreOperation,
  failureOf: (error: unknown) => Failure,
): () => void {
  const spans = new WeakMap<object, Span>();

  const begin = (operation: object) => {
    const parent = currentSpan();
    if (!parent.isRecorded) return;
    const { name, attributes } = describe(operation as Operation);
    spans.set(operation, parent.child(name, { kind: 'client', attributes }));
  };
  const finish = (operation: object & Outcome) => {
    const span = spans.get(operation);
    if (!span) return;
    spans.delete(operation);
    if (operation.error === undefined || operation.error === null) return span.end();
    const { type, code } = failureOf(operation.error);
    span.setAttributes({ 'error.type': type, ...(code === null ? {} : { 'db.response.status_code': code }) });
    span.end(type);
  };

  const subscribers = {
    start: begin,
    // An operation that could not be sent has no further event.
    end: (operation: object & Outcome) => {
      if (operation.error !== undefined && operation.error !== null) finish(operation);
    },
    asyncStart: finish,
    asyncEnd: () => undefined,
    error: () => undefined,
  };
  const channels = tracingChannel<unknown, object>(channel);
  channels.subscribe(subscribers);
  return () => channels.unsubscribe(subscribers);
}
