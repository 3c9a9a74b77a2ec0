import { Worker } from 'node:worker_threads';
import { mergeMetrics } from './metrics.ts';
import { LIVE_COUNTS, type FromWorker, type ToWorker, type WorkerTask } from './protocol.ts';
import { newCounters } from './share.ts';

/**
 * The worker threads of a run, each on a core of its own, so that the load is not limited by one. Each has its own share of users and
 * arrivals, its own connections and its own metrics, which are merged at the end.
 */
export class Workers {
  readonly #workers: readonly WorkerThread[];

  private constructor(workers: readonly WorkerThread[]) {
    this.#workers = workers;
  }

  /** Resolves once all have loaded the script. @throws what one of them throws meanwhile */
  static async start(file: string, of: number, scenarios: number): Promise<Workers> {
    const counters = newCounters(scenarios);
    const workers = new Workers(
      Array.from({ length: of }, (_, index) => new WorkerThread({ file, index, of, counters })),
    );
    await Promise.all(workers.#workers.map((worker) => worker.next('loaded')));
    return workers;
  }

  /** Runs the scenarios to their end. @throws what one of the workers throws outside of an iteration */
  async run(data: string | undefined): Promise<void> {
    const at = Date.now();
    for (const worker of this.#workers) worker.send({ what: 'begin', at, data });
    const results = await Promise.all(this.#workers.map((worker) => worker.next('done')));
    for (const { metrics } of results) mergeMetrics(metrics);
    await this.end();
  }

  /** Nothing more is begun; `run` resolves soon. */
  stop(): void {
    for (const worker of this.#workers) worker.send({ what: 'stop' });
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  /** Of a counter so far. */
  count(name: (typeof LIVE_COUNTS)[number]): number {
    return this.#workers.reduce((sum, worker) => sum + worker.count(name), 0);
  }
}

class WorkerThread {
  readonly #thread: Worker;
  readonly #live = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * LIVE_COUNTS.length);
  readonly #failed: Promise<never>;

  constructor(task: Omit<WorkerTask, 'live'>) {
    const workerData: WorkerTask = { ...task, live: this.#live };
    this.#thread = new Worker(new URL('./worker-main.js', import.meta.url), { workerData });
    this.#failed = new Promise((_, reject) => {
      this.#thread.once('error', reject);
    });
    // It is awaited by `next`; between two calls a failure is kept for the second.
    this.#failed.catch(() => undefined);
  }

  next<What extends FromWorker['what']>(what: What): Promise<Extract<FromWorker, { what: What }>> {
    const arrived = new Promise<Extract<FromWorker, { what: What }>>((resolve) => {
      this.#thread.on('message', (message: FromWorker) => {
        if (message.what === what) resolve(message as Extract<FromWorker, { what: What }>);
      });
    });
    return Promise.race([arrived, this.#failed]);
  }

  send(message: ToWorker): void {
    this.#thread.postMessage(message);
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }

  count(name: (typeof LIVE_COUNTS)[number]): number {
    return Atomics.load(new Int32Array(this.#live), LIVE_COUNTS.indexOf(name));
  }
}
