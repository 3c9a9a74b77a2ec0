import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../platform/logger.ts';
import type { ToPrimary, ToWorker } from './messages.ts';
import { WORKER } from './worker.ts';

const MOST_BACKOFF_MS = 10_000;
/** One that ran this long had recovered: the next crash starts the back-off anew. */
const HEALTHY_AFTER_MS = 60_000;

/** Until what a worker sent before its end has been read. */
const LONGEST_HEARING_MS = 1_000;
const POLL_EVERY_MS = 5;

export interface WorkerEvents {
  ready(child: ChildProcess): void;
  received(child: ChildProcess): void;
  paused(child: ChildProcess): void;
  /** Also its last message has arrived. */
  ended(child: ChildProcess): void;
}

/** One worker and those that are started in its place: at once after a graceful shutdown, with back-off after a crash. */
export class WorkerProcess {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #events: WorkerEvents;
  readonly #logger: Logger;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;
  #crashes = 0;

  constructor(environment: NodeJS.ProcessEnv, events: WorkerEvents, logger: Logger) {
    this.#environment = environment;
    this.#events = events;
    this.#logger = logger;
  }

  /** Resolves with null when it is ready, or with the exit code of one that has ended before. */
  start(): Promise<number | null> {
    // A process group of its own: Ctrl-C reaches the primary, which stops the workers.
    const child = fork(process.argv[1]!, {
      env: { ...process.env, ...this.#environment, [WORKER]: 'on' },
      detached: true,
    });
    this.#child = child;
    let readyAt = Number.POSITIVE_INFINITY;
    return new Promise((resolve) => {
      child.on('message', (message: ToPrimary) => {
        if (message === 'ready') {
          readyAt = performance.now();
          resolve(null);
        }
        this.#events[message](child);
      });
      this.#ended = new Promise((ended) => {
        child.once('exit', (code, signal) => {
          void this.#whenHeard(child);
          ended();
          resolve(code ?? 1);
          if (Number.isFinite(readyAt)) this.#replace(code, signal, performance.now() - readyAt);
        });
        child.on('error', (err) => {
          this.#logger.error({ err }, 'a worker process cannot be started or reached');
          if (child.pid !== undefined) return;
          ended();
          resolve(1);
        });
      });
    });
  }

  say(message: ToWorker): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  /** A graceful shutdown; nothing is started in its place. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.say('stop');
    await this.#ended;
  }

  /** 'disconnect' is not emitted where a socket was on its way to the worker. */
  async #whenHeard(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + LONGEST_HEARING_MS;
    while (child.connected && performance.now() < deadline) await sleep(POLL_EVERY_MS);
    this.#events.ended(child);
  }

  #replace(code: number | null, signal: NodeJS.Signals | null, ranMs: number): void {
    if (this.#isStopping) return;
    if (code === 0) return void this.#startAgain();
    this.#crashes = ranMs > HEALTHY_AFTER_MS ? 1 : this.#crashes + 1;
    const backoffMs = Math.min(2 ** (this.#crashes - 1) * 1_000, MOST_BACKOFF_MS);
    this.#logger.error({ code, signal, backoffMs }, 'a worker process has ended; another one is started');
    this.#timer = setTimeout(() => void this.#startAgain(), backoffMs);
  }

  async #startAgain(): Promise<void> {
    const code = await this.start();
    if (code === null) this.#logger.info('a worker process was started in the place of another one');
    else this.#replace(code || 1, null, 0);
  }
}
