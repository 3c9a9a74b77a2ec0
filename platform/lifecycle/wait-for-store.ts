import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../config/environment.ts';
import { loggedError } from '../logged-error.ts';
import type { Logger } from '../logger.ts';
import { withTimeout } from '../with-timeout.ts';

/** A store did not answer while a process started. Its message is one sentence, meant for a person. */
export class StoreAbsent extends Error {
  override readonly name = 'StoreAbsent';
}

export interface AwaitedStore {
  readonly store: 'MySQL' | 'Redis';
  /** The setting that names it. */
  readonly setting: 'MYSQL_URL' | 'REDIS_URL';
  /** Where it is; without user and password. */
  readonly host: string;
  /** `STORES_WAIT`: how long to wait for it, in milliseconds; 0: one attempt. */
  readonly waitMs: number;
  readonly logger: Logger;
}

const PAUSE_MS = 500;
const PROGRESS_EVERY_MS = 3_000;

/**
 * Attempts to open a store until that succeeds, with a line in the log every few seconds.
 *
 * @param mayPass whether a later attempt may succeed after this error; any other error is thrown at once
 * @throws {StoreAbsent} when the store does not answer in time
 */
export async function waitForStore<Result>(
  awaited: AwaitedStore,
  open: () => Promise<Result>,
  mayPass: (error: unknown) => boolean,
): Promise<Result> {
  const { store, setting, host, waitMs, logger } = awaited;
  if (waitMs === 0) return openOnce(awaited, open, mayPass);
  const begun = performance.now();
  let reason = 'it does not answer';
  const progress = setInterval(() => {
    const waitedS = Math.round((performance.now() - begun) / 1_000);
    logger.warn({ store, setting, host, waitedS, waitS: waitMs / 1_000, reason }, 'waiting for a store');
  }, PROGRESS_EVERY_MS);
  const absent = () =>
    new StoreAbsent(
      `${store} at ${host} (${setting}) was not there within ${waitMs / 1_000} s (STORES_WAIT): ${reason}.`,
    );
  try {
    for (;;) {
      const remainingMs = waitMs - (performance.now() - begun);
      if (remainingMs <= 0) throw absent();
      try {
        return await withTimeout(remainingMs, open(), () => {
          throw absent();
        });
      } catch (error) {
        if (!isAbsence(error, mayPass)) throw error;
        if (reason !== reasonOf(error)) {
          reason = reasonOf(error);
          logger.warn({ store, setting, host, waitS: waitMs / 1_000, reason }, 'waiting for a store');
        }
      }
      await sleep(PAUSE_MS);
    }
  } finally {
    clearInterval(progress);
  }
}

async function openOnce<Result>(
  { store, setting, host }: AwaitedStore,
  open: () => Promise<Result>,
  mayPass: (error: unknown) => boolean,
): Promise<Result> {
  try {
    return await open();
  } catch (error) {
    if (!isAbsence(error, mayPass)) throw error;
    throw new StoreAbsent(`${store} at ${host} (${setting}) cannot be used: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

const isAbsence = (error: unknown, mayPass: (error: unknown) => boolean): boolean =>
  !(error instanceof StoreAbsent || error instanceof ConfigurationError) && mayPass(error);

function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : loggedError(error).message.replace(/\.$/, '');
}
