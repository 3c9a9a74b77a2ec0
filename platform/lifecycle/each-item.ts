import type { Logger } from '../logger.ts';
import type { KeyedBackoff } from './keyed-backoff.ts';

/** Failures of one call that are logged one by one; of the others only the number is. */
const MOST_LOGGED = 5;

export interface EachItemOptions<Item> {
  /** Names the work in the log. */
  readonly job: string;
  /** Items at a time. */
  readonly running: number;
  /** Names an item in the log, and in the back-off. */
  readonly keyOf: (item: Item) => string;
  /** An item that failed is left out until its delay is over. */
  readonly backoff?: KeyedBackoff;
  readonly logger: Logger;
}

/**
 * The loop of every periodic job over items that do not depend on each other: an item that fails is logged, and the others are
 * processed all the same.
 *
 * @returns the items that failed. Never rejects.
 */
export async function eachItem<Item>(
  items: Iterable<Item>,
  { job, running, keyOf, backoff, logger }: EachItemOptions<Item>,
  work: (item: Item) => Promise<unknown>,
): Promise<Item[]> {
  const failed: Item[] = [];
  const iterator = items[Symbol.iterator]();

  async function processOne(item: Item): Promise<void> {
    const key = keyOf(item);
    if (backoff?.isDelayed(key)) return;
    try {
      await work(item);
      backoff?.succeeded(key);
    } catch (error) {
      failed.push(item);
      backoff?.failed(key);
      if (failed.length <= MOST_LOGGED)
        logger.warn({ err: error, job, item: key }, 'an item of a job failed and will be tried again');
    }
  }

  // The workers share one iterator, so each item is taken once.
  async function processAll(): Promise<void> {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await processOne(next.value);
  }

  await Promise.all(Array.from({ length: running }, processAll));
  if (failed.length > MOST_LOGGED)
    logger.warn({ job, failed: failed.length }, 'items of a job failed and will be tried again');
  return failed;
}
