import { runPeriodically, type PeriodicJob } from '../../platform/lifecycle/periodic-job.ts';
import type { Logger } from '../../platform/logger.ts';
import { UnusableFile } from './unusable-file.ts';

export interface WatchOptions {
  /** For the log: what is in the files. */
  readonly what: string;
  /** For the log. */
  readonly files: string;
  readonly read: () => Promise<string>;
  /** What is used already. */
  readonly text: string;
  readonly everyMs: number;
  /** Takes the new text. @throws when it is not acceptable; it is then not tried again until it changes */
  readonly take: (text: string) => Promise<void> | void;
  readonly logger: Logger;
}

/**
 * Reads files periodically, because notifications of changes differ between file systems, mounts and links. A text is
 * taken when two reads in a row found it, so that a file is not read while it is being written.
 */
export function watchFiles({ what, files, read, text, everyMs, take, logger }: WatchOptions): PeriodicJob {
  let known = text;
  let candidate = text;

  return runPeriodically(
    what,
    everyMs,
    async () => {
      const found = await read();
      const isStill = found === candidate;
      candidate = found;
      if (found === known || !isStill) return;
      known = found;
      try {
        await take(found);
        logger.info({ file: files }, `a new ${what} is served`);
      } catch (error) {
        const file = (error instanceof UnusableFile && error.file) || files;
        logger.error({ err: error, file }, `the new ${what} is refused, the last good one stays`);
      }
    },
    logger,
  );
}
