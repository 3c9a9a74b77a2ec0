import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Load, LoadResult } from './load.ts';

/** A thread sends several thousand requests a second, so with few cores one is enough, and the rest is for what is measured. */
const MOST_THREADS = Math.max(1, Math.floor(availableParallelism() / 2));
/** Fewer connections are not worth a thread more. */
const CONNECTIONS_A_THREAD = 64;

/** Threads that send loads. They belong to the process that measures, which is none of those that are measured. */
export class Generator {
  readonly #threads: Worker[] = [];

  /** @param onOpen called when all connections are open, before the first request */
  async run(load: Load, onOpen: () => void = () => undefined): Promise<LoadResult> {
    const threads = Math.min(MOST_THREADS, Math.ceil(load.connections / CONNECTIONS_A_THREAD));
    const parts = split(load, threads).map((part, i) => ({
      part,
      thread: (this.#threads[i] ??= startThread()),
    }));
    await Promise.all(parts.map(({ part, thread }) => answerOf(thread, part)));
    onOpen();
    const results = await Promise.all(parts.map(({ thread }) => answerOf(thread, 'go')));
    return (results as LoadResult[]).reduce(merge);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

const startThread = () => new Worker(new URL('./thread.js', import.meta.url));

/** @throws what ends the thread, as when a connection cannot be opened */
function answerOf(thread: Worker, message: Load | 'go'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (answer) => {
      thread.off('error', reject);
      resolve(answer);
    });
    thread.postMessage(message);
  });
}

/** Parts that are one load together; no token is in two of them. */
function split(load: Load, parts: number): Load[] {
  const share = (whole: number, i: number) =>
    Math.floor((whole * (i + 1)) / parts) - Math.floor((whole * i) / parts);
  return Array.from({ length: parts }, (_, i) => ({
    ...load,
    connections: share(load.connections, i),
    tokens: load.tokens.filter((_token, at) => at % parts === i),
    ...(load.rate === undefined ? {} : { rate: load.rate / parts }),
    stop: 'afterRequests' in load.stop ? { afterRequests: share(load.stop.afterRequests, i) } : load.stop,
  }));
}

const merge = (a: LoadResult, b: LoadResult): LoadResult => ({
  seconds: Math.max(a.seconds, b.seconds),
  sent: a.sent + b.sent,
  counts: Object.fromEntries(Object.keys(a.counts).map((name) => [name, a.counts[name]! + b.counts[name]!])),
  failed: a.failed + b.failed,
  failure: a.failure ?? b.failure,
  milliseconds: Float64Array.from([...a.milliseconds, ...b.milliseconds]),
});
