import { readFileSync } from 'node:fs';
import type { Redis as SingleRedis } from 'ioredis';
import { UnfitStore } from '../store-condition.ts';
import { parseInfo, unmetNeed, type RedisInfo } from './server-needs.ts';

export interface SessionNeeds {
  /** Whether this process writes on the connection, so that it must lead to a primary. */
  readonly writes: boolean;
  /** Whether the client knows that the server is a node of a cluster. */
  readonly inCluster: boolean;
  /** The commands that this process needs on it, those inside its scripts included. */
  readonly commands: () => ReadonlySet<string>;
  /** Called once a session has passed, with null, or with what its server or account lacks; then it is closed. */
  readonly onResult: (problem: UnfitStore | null) => void;
}

const MISSING_RIGHTS = readFileSync(new URL('./lua/missingRights-0.lua', import.meta.url), 'utf8');

/**
 * Checks each session of a connection before it is used: INFO replaces ioredis's own check that the server has loaded
 * its data, so that nothing else is sent on a session that fails; then, where scripts are called, that the account may run them and
 * the commands inside them. A session that fails is closed, and ioredis opens the next one within a second.
 */
export function checkEachSession(redis: SingleRedis, needs: SessionNeeds): void {
  Object.assign(redis, {
    _readyCheck: (done: (error: Error | null, info?: RedisInfo) => void) => {
      selectDatabase(redis)
        .then(() => readInfo(redis, needs))
        .then(
          (info) => done(info['loading'] === '1' ? new Error('LOADING') : null, info),
          (error: Error) => {
            if (error instanceof UnfitStore) needs.onResult(error);
            done(error);
          },
        );
    },
  });
  // ioredis selects it first itself, and the refusal of a right ends the connection (`endsConnection`).
  redis.on('error', (error: Error) => {
    const problem = databaseProblem(error, redis.options.db ?? 0);
    if (problem) needs.onResult(problem);
  });
  // Without a response nothing is known, and the heartbeat decides about the connection.
  redis.on('ready', () => void settle(redis, needs, checkRights(redis, needs)).catch(() => undefined));
}

/**
 * The same check of a session that has passed before: rights and settings may have changed, and scripts may have been added.
 *
 * @throws {UnfitStore} after the session was closed; the driver's error when there is no response
 */
export function checkSession(redis: SingleRedis, needs: SessionNeeds): Promise<void> {
  return settle(
    redis,
    needs,
    readInfo(redis, needs).then(() => checkRights(redis, needs)),
  );
}

/** ioredis would go on with database 0 where this fails. @throws {UnfitStore} */
async function selectDatabase(redis: SingleRedis): Promise<void> {
  const { db = 0 } = redis.options;
  if (db === 0) return;
  await redis.select(db).catch((error: Error) => {
    throw databaseProblem(error, db) ?? error;
  });
}

/** @returns null for an error that is not about the database that REDIS_URL names */
function databaseProblem({ message }: Error, db: number): UnfitStore | null {
  if (/^ERR .*(DB index|invalid DB)/i.test(message))
    return new UnfitStore(`The Redis server has no database ${db}, which REDIS_URL names.`);
  return /^NOPERM .*\bselect\b/i.test(message)
    ? new UnfitStore(`The Redis account may not run SELECT, which database ${db} of REDIS_URL needs.`)
    : null;
}

/** @throws {UnfitStore} */
async function readInfo(redis: SingleRedis, needs: SessionNeeds): Promise<RedisInfo> {
  const text = await redis.info().catch(unlessPermitted('The Redis account may not run INFO.'));
  const info = parseInfo(text);
  const problem = unmetNeed(info, needs);
  if (problem) throw problem;
  return info;
}

/** @throws {UnfitStore} */
async function checkRights(redis: SingleRedis, needs: SessionNeeds): Promise<void> {
  const commands = [...needs.commands()];
  if (commands.length === 0) return;
  const missing = (await redis
    .eval(MISSING_RIGHTS, 0, ...commands)
    .catch(unlessPermitted('The Redis account may not run scripts: EVAL is refused.'))) as string[];
  if (missing.length > 0)
    throw new UnfitStore(
      `The Redis account may not run ${missing.join(', ').toUpperCase()}, which this process needs.`,
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
