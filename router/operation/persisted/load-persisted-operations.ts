import type { PeriodicJob } from '../../../platform/lifecycle/periodic-job.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import type { RouterConfig } from '../../config.ts';
import { watchFiles } from '../../files/watch-files.ts';
import { createAutomaticStore } from './automatic-store.ts';
import { manifestOf, readManifestFiles } from './manifest.ts';
import { createPersistedOperations, type PersistedOperations } from './persisted-operations.ts';

export interface LoadedOperations {
  readonly persisted: PersistedOperations;
  /** Begins to watch the files for another manifest. */
  watch(): PeriodicJob;
}

const NOTHING_TO_WATCH: PeriodicJob = { stop: async () => undefined };

/** @throws {ConfigurationError} when the manifest is needed and cannot be used */
export async function loadPersistedOperations(
  config: RouterConfig,
  redis: Redis,
  logger: Logger,
): Promise<LoadedOperations> {
  const mode = config.PERSISTED_OPERATIONS;
  const automatic = config.AUTOMATIC_PERSISTED_QUERIES
    ? createAutomaticStore({
        redis,
        redisPrefix: config.REDIS_PREFIX,
        ttlMs: config.AUTOMATIC_PERSISTED_QUERIES_TTL,
        maxBytes: config.AUTOMATIC_PERSISTED_QUERIES_MAX_BYTES,
        maxDocuments: config.AUTOMATIC_PERSISTED_QUERIES_MAX,
        maxDocumentsPerAddress: config.AUTOMATIC_PERSISTED_QUERIES_MAX_PER_ADDRESS,
        logger,
      })
    : null;
  if (mode === 'off') {
    const persisted = createPersistedOperations({ manifest: { mode }, automatic, logger });
    return { persisted, watch: () => NOTHING_TO_WATCH };
  }

  const files = config.PERSISTED_OPERATIONS_FILE.split(',').map((file) => file.trim());
  const texts = await readManifestFiles(files);
  const operations = manifestOf(texts, files);
  const persisted = createPersistedOperations({ manifest: { mode, operations }, automatic, logger });
  const watch = () =>
    watchFiles({
      what: 'manifest of operations',
      files: config.PERSISTED_OPERATIONS_FILE,
      read: async () => JSON.stringify(await readManifestFiles(files)),
      text: JSON.stringify(texts),
      everyMs: config.PERSISTED_OPERATIONS_REFRESH,
      take: (found) => persisted.replace(manifestOf(JSON.parse(found) as string[], files)),
      logger,
    });
  return { persisted, watch };
}
