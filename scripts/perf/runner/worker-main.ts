import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { execute } from './executors.ts';
import { metricOf, metricStates } from './metrics.ts';
import { LIVE_COUNTS, type FromWorker, type ToWorker, type WorkerTask } from './protocol.ts';
import { loadScript } from './script.ts';
import { iterationCounter, type Share } from './share.ts';

/**
 * A worker thread of a run. It loads the script, and once it is given the data of `setup` does its share of each scenario and
 * hands back what it has measured.
 */

/** How often the numbers for progress are written, in milliseconds. */
const LIVE_EVERY_MS = 250;
/** How long a run that is stopped waits for iterations that are under way, in milliseconds: as k6 does. */
const STOP_GRACE_MS = 30_000;

const port = parentPort!;
const send = (message: FromWorker) => port.postMessage(message);
const { file, index, of, counters, live } = workerData as WorkerTask;
const stop = new AbortController();

const script = await loadScript(file);
const liveCounts = new Int32Array(live);
setInterval(() => {
  LIVE_COUNTS.forEach((name, n) => Atomics.store(liveCounts, n, metricOf(name, 'counter').samples.count));
}, LIVE_EVERY_MS).unref();

port.on('message', (message: ToWorker) => {
  if (message.what === 'stop') stop.abort();
  else void run(message.at, message.data);
});
send({ what: 'loaded' });

async function run(at: number, data: string | undefined): Promise<void> {
  const scenarios = Object.entries(script.options.scenarios);
  const share: Share = {
    index,
    of,
    began: performance.now() + at - Date.now(),
    stop: stop.signal,
    nextIteration: iterationCounter(
      counters,
      scenarios.map(([name]) => name),
    ),
  };
  const runs = scenarios.map(([name, scenario]) =>
    execute(
      name,
      scenario,
      async () => {
        // Each iteration gets a copy, as in k6: a change by one is not visible to the others.
        await script.find(scenario.exec)?.(data === undefined ? undefined : JSON.parse(data));
      },
      share,
    ),
  );
  await Promise.race([Promise.all(runs), stopped()]);
  send({ what: 'done', metrics: metricStates() });
}

/** Resolves some time after the run is stopped. */
const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    const end = () => void sleep(STOP_GRACE_MS, undefined, { ref: false }).then(resolve);
    if (stop.signal.aborted) end();
    else stop.signal.addEventListener('abort', end);
  });
