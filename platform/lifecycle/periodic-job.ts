import type { Logger } from '../logger.ts';
import { OutageLog } from '../outage-log.ts';

export interface PeriodicJob {
  /** Starts no further run; resolves when the current one is done. */
  stop(): Promise<void>;
}

/** Runs a job periodically, with a pause between the runs; after a run that failed the next one tries again (`OutageLog`). */
export function runPeriodically(
  name: string,
  everyMs: number,
  job: () => Promise<void>,
  logger: Logger,
): PeriodicJob {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const schedule = () => {
    if (!stopped) timer = setTimeout(run, everyMs);
  };
  const outage = new OutageLog({
    logger,
    begins: 'a job failed and will run again',
    ends: 'a job that failed runs again',
    fields: { job: name },
  });
  const run = () => {
    running = job()
      .then(
        () => outage.worked(),
        (error: unknown) => outage.failed(error),
      )
      .then(schedule);
  };
  schedule();

  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
