import type { Logger } from '../logger.ts';

export interface Repeated {
  /** Starts no further round; resolves when the one under way is done. */
  stop(): Promise<void>;
}

/** Runs a job again and again, with a pause in between; a round that fails is logged, and the next one tries again. */
export function repeat(name: string, everyMs: number, round: () => Promise<void>, logger: Logger): Repeated {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const schedule = () => {
    if (!stopped) timer = setTimeout(run, everyMs);
  };
  const run = () => {
    running = round()
      .catch((error: unknown) => logger.warn({ err: error, job: name }, 'a job failed and will run again'))
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
