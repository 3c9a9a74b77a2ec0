import type { MetricState } from './metrics.ts';

/** What the main thread gives a worker when it starts it. */
export interface WorkerTask {
  readonly file: string;
  readonly index: number;
  readonly of: number;
  /** See `Share.nextIteration`. */
  readonly counters: SharedArrayBuffer;
  /** Where this worker keeps the numbers of `LIVE_COUNTS`, so that progress is shown without a message for each. */
  readonly live: SharedArrayBuffer;
}

export const LIVE_COUNTS = ['http_reqs', 'iterations'] as const;

export type ToWorker =
  | {
      readonly what: 'begin';
      /** In milliseconds since 1970: the clock that threads share. */
      readonly at: number;
      /** What `setup` returned, as JSON. */
      readonly data: string | undefined;
    }
  | { readonly what: 'stop' };

export type FromWorker =
  { readonly what: 'loaded' } | { readonly what: 'done'; readonly metrics: readonly MetricState[] };
