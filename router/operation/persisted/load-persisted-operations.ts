import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import type { RouterConfig } from '../../config.ts';
import { createAutomaticStore } from './automatic-store.ts';
import { readManifest } from './manifest.ts';
import { createPersistedOperations, type PersistedOperations } from './persisted-operations.ts';

/** @throws {ConfigurationError} when the manifest is needed and cannot be used */
export async function loadPersistedOperations(
  config: RouterConfig,
  redis: Redis,
  logger: Logger,
): Promise<PersistedOperations> {
  const mode = config.PERSISTED_OPERATIONS;
  return createPersistedOperations({
    manifest:
      mode === 'off' ? { mode } : { mode, operations: await readManifest(config.PERSISTED_OPERATIONS_FILE) },
    automatic: config.AUTOMATIC_PERSISTED_QUERIES
      ? createAutomaticStore({
          redis,
          redisPrefix: config.REDIS_PREFIX,
          ttlMs: config.AUTOMATIC_PERSISTED_QUERIES_TTL,
          maxBytes: config.AUTOMATIC_PERSISTED_QUERIES_MAX_BYTES,
          maxDocuments: config.AUTOMATIC_PERSISTED_QUERIES_MAX,
          maxDocumentsPerAddress: config.AUTOMATIC_PERSISTED_QUERIES_MAX_PER_ADDRESS,
          logger,
        })
      : null,
    logger,
  });
}
