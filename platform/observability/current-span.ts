import { AsyncLocalStorage } from 'node:async_hooks';
import type { Channel } from 'node:diagnostics_channel';
import { NO_SPAN, type Span } from './span.ts';

/**
 * The span that work is done for, for the drivers of the stores, which are called from everywhere. Where no traces are
 * recorded the storage is never entered, and then it costs nothing: on Node 20, too.
 */
const storage = new AsyncLocalStorage<Span>();

/** Runs `work` in this span: its commands to a store become children of the span. */
export function inSpan<Result>(span: Span, work: () => Result): Result {
  if (!span.isRecorded && storage.getStore() === undefined) return work();
  return storage.run(span, work);
}

/** `NO_SPAN` where no traces are recorded. */
export const currentSpan = (): Span => storage.getStore() ?? NO_SPAN;

/**
 * A waiter in a queue of a driver continues in the asynchronous context of the work that freed its place; from now on it continues in the
 * context of its own span.
 *
 * @param resumed the channel on which the driver publishes that a waiter continues
 * @param spanOf by the message on it
 * @returns ends the binding
 */
export function bindSpanTo<Message extends object>(
  resumed: Channel<Span, Message>,
  spanOf: (message: Message) => Span,
): () => void {
  resumed.bindStore(storage, spanOf);
  return () => resumed.unbindStore(storage);
}
