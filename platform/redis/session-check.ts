import { readFileSync } from 'node:fs';
import type { Redis as SingleRedis } from 'ioredis';
import { UnfitStore } from '../store-condition.ts';
import { parseInfo, unmetNeed, type RedisInfo } from './server-needs.ts';

export interface SessionNeeds {
  /** Whether this process writes on the connection, so that it must lead to a primary. */
  readonly writes: boolean;
  /** The commands that scripts call on it. */
  readonly scriptCommands: () => ReadonlySet<string>;
  /** Called once a session has passed, with null, or with what its server or account lacks; then it is closed. */
  readonly onResult: (problem: UnfitStore | null) => void;
}

const MISSING_RIGHTS = readFileSync(new URL('./lua/missingRights-0.lua', import.meta.url), 'utf8');

/**
 * Checks each session of a connection before it is used: what INFO says in the place of ioredis's own check that the server has loaded
 * its data, so that nothing else is sent on a session that fails; then, where scripts are called, that the account may run them and
 * the commands inside them. A session that fails is closed, and ioredis opens the next one within a second.
 */
export function checkEachSession(redis: SingleRedis, needs: SessionNeeds): void {
  Object.assign(redis, {
    _readyCheck: (done: (error: Error | null, info?: RedisInfo) => void) => {
      readInfo(redis, needs).then(
        (info) => done(info['loading'] === '1' ? new Error('LOADING') : null, info),
        (error: Error) => {
          if (error instanceof UnfitStore) needs.onResult(error);
          done(error);
        },
      );
    },
  });
  // Without an answer nothing is known, and the heartbeat decides about the connection.
  redis.on('ready', () => void settle(redis, needs, checkRights(redis, needs)).catch(() => undefined));
}

/**
 * The same check of a session that has passed before: rights and settings may have changed, and scripts may have been added.
 *
 * @throws {UnfitStore} after the session was closed; what the driver says when there is no answer
 */
export function checkSession(redis: SingleRedis, needs: SessionNeeds): Promise<void> {
  return settle(
    redis,
    needs,
    readInfo(redis, needs).then(() => checkRights(redis, needs)),
  );
}

/** @throws {UnfitStore} */
async function readInfo(redis: SingleRedis, needs: SessionNeeds): Promise<RedisInfo> {
  const text = await redis.info().catch(unlessPermitted('The Redis account may not run INFO.'));
  const info = parseInfo(text);
  const problem = unmetNeed(info, needs.writes);
  if (problem) throw problem;
  return info;
}

/** @throws {UnfitStore} */
async function checkRights(redis: SingleRedis, needs: SessionNeeds): Promise<void> {
  const commands = [...needs.scriptCommands()];
  if (commands.length === 0) return;
  const missing = (await redis
    .eval(MISSING_RIGHTS, 0, ...commands)
    .catch(unlessPermitted('The Redis account may not run scripts: EVAL is refused.'))) as string[];
  if (missing.length > 0)
    throw new UnfitStore(
      `The Redis account may not run ${missing.join(', ').toUpperCase()}, which scripts call.`,
    );
}

async function settle(redis: SingleRedis, needs: SessionNeeds, check: Promise<void>): Promise<void> {
  try {
    await check;
    needs.onResult(null);
  } catch (error) {
    if (error instanceof UnfitStore) {
      needs.onResult(error);
      redis.disconnect(true);
    }
    throw error;
  }
}

const unlessPermitted =
  (sentence: string) =>
  (error: unknown): never => {
    throw error instanceof Error && error.message.startsWith('NOPERM') ? new UnfitStore(sentence) : error;
  };
