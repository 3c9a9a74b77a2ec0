import { tracingChannel } from 'node:diagnostics_channel';
import { currentSpan } from '../current-span.ts';
import type { Attributes, Span } from '../span.ts';

/** What is known of a question to a store when it is asked; never what was asked about whom. */
export interface StoreOperation {
  /** Of the span: low in cardinality, as `SELECT orders`. */
  readonly name: string;
  /** By OpenTelemetry's semantic conventions for database clients, stable since their version 1.33. */
  readonly attributes: Attributes;
}

/** A question that failed, without the message, which may hold values. */
export interface Failure {
  /** Low in cardinality, as `timeout`. */
  readonly type: string;
  /** What the store itself called it; null when it did not answer. */
  readonly code: string | null;
}

/** What drivers tell on a channel, beside what they are asked. */
interface Told {
  readonly error?: unknown;
}

/**
 * Gives a span to every question that a driver tells of on a tracing channel of Node, below the span that it is asked for. A
 * question that nobody's recorded request asks has none.
 *
 * @param channel as `mysql2:query`
 * @returns ends it
 */
export function traceChannel<Asked extends object>(
  channel: string,
  describe: (asked: Asked) => StoreOperation,
  failureOf: (error: unknown) => Failure,
): () => void {
  const spans = new WeakMap<object, Span>();

  const begin = (asked: object) => {
    const parent = currentSpan();
    if (!parent.isRecorded) return;
    const { name, attributes } = describe(asked as Asked);
    spans.set(asked, parent.child(name, { kind: 'client', attributes }));
  };
  const finish = (asked: object & Told) => {
    const span = spans.get(asked);
    if (!span) return;
    spans.delete(asked);
    if (asked.error === undefined || asked.error === null) return span.end();
    const { type, code } = failureOf(asked.error);
    span.note({ 'error.type': type, ...(code === null ? {} : { 'db.response.status_code': code }) });
    span.end(type);
  };

  const subscribers = {
    start: begin,
    // Of a question that could not even be asked there is nothing more to come.
    end: (asked: object & Told) => {
      if (asked.error !== undefined && asked.error !== null) finish(asked);
    },
    asyncStart: finish,
    asyncEnd: () => undefined,
    error: () => undefined,
  };
  const channels = tracingChannel<unknown, object>(channel);
  channels.subscribe(subscribers);
  return () => channels.unsubscribe(subscribers);
}
