import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptBacklog } from '../../platform/http/graceful-shutdown.ts';
import { listen, stopListening } from '../../platform/http/listen.ts';
import { urlOf } from '../../platform/http/server.ts';
import type { RunningProcess } from '../../platform/lifecycle/run-process.ts';
import type { Logger } from '../../platform/logger.ts';
import type { RouterConfig } from '../config.ts';
import { Dispatcher } from './dispatcher.ts';
import type { ToWorker } from './messages.ts';
import { WorkerProcess } from './worker-process.ts';

const POLL_EVERY_MS = 25;
/** A worker whose event loop is blocked does not delay the shutdown of the others for longer. */
const LONGEST_PAUSE_MS = 3_000;
const LONGEST_PASS_MS = 1_000;

/** Connections are read by the workers alone. */
const ACCEPTOR = { pauseOnConnect: true, allowHalfOpen: true };

/**
 * The primary of several router processes: it accepts the connections of the port and passes each to a worker, which is a router
 * as it runs alone. It reads no request and holds no state of one. A worker that ends is replaced.
 *
 * Graceful shutdown, so that no request is lost: the workers pause their responses, so that clients open no further connections; the primary
 * accepts what has arrived, passes it on and closes the port; then the workers shut down as a router does that runs alone.
 */
export async function startWorkers(config: RouterConfig, logger: Logger): Promise<RunningProcess> {
  const dispatcher = new Dispatcher();
  const paused = new WeakSet<ChildProcess>();
  let isStopping = false;
  const events = {
    ready: (child: ChildProcess) => dispatcher.add(child),
    received: (child: ChildProcess) => dispatcher.received(child),
    paused: (child: ChildProcess) => {
      paused.add(child);
      if (isStopping) return;
      // A worker that was stopped by itself: the others go on.
      dispatcher.retire(child);
      child.send('closed' satisfies ToWorker, () => undefined);
    },
    ended: (child: ChildProcess) => dispatcher.ended(child),
  };
  const workers = Array.from(
    { length: config.INSTANCES },
    (_, i) => new WorkerProcess({ METRICS_PORT: metricsPort(config, i) }, events, logger),
  );

  const [first, ...others] = workers;
  // Alone: what is wrong for all of them is said once.
  await untilReady([first!]);
  await untilReady(others);
  const acceptor = createServer(ACCEPTOR, (socket) => dispatcher.accept(socket));
  const { port, listeners } = await listen(acceptor, config.HOST, config.PORT, ACCEPTOR);

  return {
    url: urlOf(config.HOST, port),
    close: async () => {
      isStopping = true;
      const ended = Promise.all(workers.map((worker) => worker.stop()));
      await until(() => dispatcher.workers.every((child) => paused.has(child)), LONGEST_PAUSE_MS);
      await acceptBacklog(dispatcher);
      stopListening(listeners);
      await until(() => dispatcher.isIdle, LONGEST_PASS_MS);
      for (const worker of workers) worker.say('closed');
      await ended;
    },
  };
}

/** Each worker has a port for its metrics: the first the configured one, the others those after it. */
const metricsPort = ({ METRICS_PORT }: RouterConfig, index: number): string =>
  String(METRICS_PORT === 0 ? 0 : METRICS_PORT + index);

/** A worker that cannot start has said why: the primary ends with its exit code. */
async function untilReady(workers: readonly WorkerProcess[]): Promise<void> {
  const codes = await Promise.all(workers.map((worker) => worker.start()));
  const failed = codes.find((code) => code !== null);
  if (failed !== undefined) process.exit(failed || 1);
}

async function until(condition: () => boolean, longestMs: number): Promise<void> {
  const deadline = performance.now() + longestMs;
  while (!condition() && performance.now() < deadline) await sleep(POLL_EVERY_MS);
}
