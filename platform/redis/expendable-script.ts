import type { Logger } from '../logger.ts';
import type { Redis } from './client.ts';
import { loadScript, type Script } from './script.ts';
import { isUnreadable } from './unreadable.ts';

/**
 * A script on one key that may be lost at any time. Where the key holds what the script cannot read, or what cannot be true, the key is
 * deleted, and the script runs once more without it: a damaged key costs what it held, and no request.
 */
export function loadExpendableScript(redis: Redis, file: URL, logger: Logger): Script {
  const script = loadScript(redis, file);
  return async (keys, args) => {
    try {
      return await script(keys, args);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // Without its name, which may be of an account.
      logger.warn({ err: error }, 'a key in Redis cannot be read and is deleted');
      await redis.del(keys[0]!);
      return script(keys, args);
    }
  };
}
