import { readFile } from 'node:fs/promises';
import { repeat, type Repeated } from '../../platform/lifecycle/repeat.ts';
import type { Logger } from '../../platform/logger.ts';

export interface WatchOptions {
  readonly file: string;
  /** What is served already. */
  readonly text: string;
  readonly everyMs: number;
  /** Takes the new text. @throws when it is not acceptable; it is then not tried again until it changes */
  readonly take: (text: string) => Promise<void>;
  readonly logger: Logger;
}

/**
 * Looks at the file again and again, since what tells of changes differs between file systems, mounts and links. A text is
 * taken when two looks in a row found it, so that a file is not read while it is being written.
 */
export function watchSupergraph({ file, text, everyMs, take, logger }: WatchOptions): Repeated {
  let known = text;
  let candidate = text;

  return repeat(
    'supergraph',
    everyMs,
    async () => {
      const found = await readFile(file, 'utf8');
      const isStill = found === candidate;
      candidate = found;
      if (found === known || !isStill) return;
      known = found;
      try {
        await take(found);
        logger.info({ file }, 'a new supergraph is served');
      } catch (error) {
        logger.error({ err: error, file }, 'the new supergraph is refused, the last good one stays');
      }
    },
    logger,
  );
}
