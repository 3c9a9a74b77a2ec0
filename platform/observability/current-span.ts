import { AsyncLocalStorage } from 'node:async_hooks';
import type { Channel } from 'node:diagnostics_channel';
import { NO_SPAN, type Span } from './span.ts';

/**
 * The span that work is done for, for the drivers of the stores, which are called from everywhere. Where no traces are
 * recorded the storage is never entered, and then it costs nothing: on Node 20, too.
 */
const storage = new AsyncLocalStorage<Span>();

/** Runs `work` for this span and no other; whatever it asks of a store becomes a child of the span. */
export function inSpan<Result>(span: Span, work: () => Result): Result {
  if (!span.isRecorded && storage.getStore() === undefined) return work();
  return storage.run(span, work);
}

/** `NO_SPAN` where nobody looks. */
export const currentSpan = (): Span => storage.getStore() ?? NO_SPAN;

/**
 * Whoever waits in a queue goes on where somebody else was done; from now on it goes on for its own span.
 *
 * @param goesOn the channel by which a driver tells that
 * @param spanOf by what it tells
 * @returns ends it
 */
export function bindSpanTo<Told extends object>(
  goesOn: Channel<Span, Told>,
  spanOf: (told: Told) => Span,
): () => void {
  goesOn.bindStore(storage, spanOf);
  return () => goesOn.unbindStore(storage);
}
