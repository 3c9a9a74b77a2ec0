import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { histogram, secondsSince } from '../observability/metrics.ts';
import type { Redis } from './client.ts';
import { checkSoon, noteScript } from './condition.ts';
import { readLua } from './lua-include.ts';
import { redisRefusal } from './refusals.ts';

const durations = histogram(
  'redis_script_duration_seconds',
  'A call of a Lua script, from this process and back.',
  ['script'],
);

export type Script = (
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
) => Promise<unknown>;

const names = new Map<string, string>();

/** @param sent the text of a script, or its hash @returns its verb, if it was loaded here */
export const scriptName = (sent: string): string | undefined => names.get(sent);

/**
 * A Lua script in a file of its own, called `<verb>-<number of keys>.lua`. It is sent once per server and then called by
 * its hash. Never call one inside `multi()`: there a server that has forgotten the script fails half of the transaction.
 *
 * @throws {ConfigurationError} when the file or one of its includes cannot be read, or includes are circular
 */
export function loadScript(redis: Redis, file: URL): Script {
  const [, verb, keyCount] = /^(.+)-(\d+)\.lua$/.exec(basename(file.pathname)) ?? [];
  if (!verb || !keyCount)
    throw new Error(`${basename(file.pathname)} is not named <verb>-<number of keys>.lua`);

  const lua = readLua(file);
  names.set(lua, verb).set(createHash('sha1').update(lua).digest('hex'), verb);
  noteScript(redis, lua);
  redis.defineCommand(verb, { numberOfKeys: Number(keyCount), lua });
  const seconds = durations.labels(verb);
  const command = (redis as unknown as Record<string, (...parts: unknown[]) => Promise<unknown>>)[verb];
  return (keys, args) => {
    if (keys.length !== Number(keyCount))
      throw new TypeError(`${verb} takes ${keyCount} keys, not ${keys.length}`);
    const begun = performance.now();
    const reply = command!.call(redis, ...keys, ...args);
    const note = () => seconds.observe(secondsSince(begun));
    reply.then(note, (error: unknown) => {
      note();
      if (redisRefusal(error)?.mayHaveRun) checkSoon(redis);
    });
    return reply;
  };
}
