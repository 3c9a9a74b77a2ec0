import type { DataSource, EntityManager } from 'typeorm';
import { runPeriodically } from '../lifecycle/periodic-job.ts';
import type { Logger } from '../logger.ts';
import { withTimeout } from '../with-timeout.ts';
import { destroyConnections, openOrm, type OrmOptions } from './database.ts';
import { isConnectionLost, isStatementTimeout } from './errors.ts';
import { ReplicaWatch } from './replica-watch.ts';

/** Reads that may be slightly stale, so that a replica can take their load off the primary. */
export interface ReplicaReads {
  /** Runs `work`, which only reads, where that is best; it may run twice. @throws what it threw on the primary, or `isStatementTimeout` on the replica */
  read<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface ReplicaOptions extends Omit<OrmOptions, 'migrations'> {
  /** Named as on the primary. */
  readonly database: string;
  /** Further behind, in milliseconds, the replica is not read from. */
  readonly maxLagMs: number;
  readonly logger: Logger;
}

const CHECK_EVERY_MS = 1_000;
/** Longer than a read should take; after it the read runs on the primary. */
const TIMEOUT_MS = 2_000;

export const readFromPrimary = (primary: DataSource): ReplicaReads => ({
  read: (work) => work(primary.manager),
  close: async () => undefined,
});

/**
 * Reads from the replica while it responds and keeps up, else from the primary. A replica that is not there at the start,
 * or goes, is used as soon as it is back.
 */
export async function readFromReplica(primary: DataSource, options: ReplicaOptions): Promise<ReplicaReads> {
  const { logger, database } = options;
  const watch = new ReplicaWatch(options.url, options.maxLagMs);
  let replica: DataSource | null = null;

  function stopReading(reason: unknown): void {
    if (!replica) return;
    destroyConnections(replica);
    replica = null;
    logger.warn({ err: reason }, 'the replica of MySQL is not read from');
  }

  async function check(): Promise<void> {
    try {
      await watch.assertUsable();
      if (replica) return;
      replica = await openOrm({ ...options, migrations: [] }, database);
      logger.info('the replica of MySQL is read from');
    } catch (error) {
      stopReading(error);
    }
  }

  await check();
  if (!replica) logger.warn('the replica of MySQL cannot be read from yet');
  const checks = runPeriodically('check the replica', CHECK_EVERY_MS, check, logger);

  return {
    async read(work) {
      const chosen = replica;
      if (!chosen) return work(primary.manager);
      try {
        return await withTimeout(TIMEOUT_MS, work(chosen.manager), () => {
          throw new Late(`no response within ${TIMEOUT_MS} ms`);
        });
      } catch (error) {
        // A read that is too expensive for the replica does not run on the primary as well.
        if (isStatementTimeout(error)) throw error;
        if (chosen === replica && (error instanceof Late || isConnectionLost(error))) stopReading(error);
        return work(primary.manager);
      }
    },
    close: async () => {
      await checks.stop();
      watch.close();
      await replica?.destroy();
    },
  };
}

class Late extends Error {
  override readonly name = 'Late';
}
