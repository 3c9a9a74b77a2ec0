import { Cluster, type Redis as SingleRedis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { StoreCondition, UnfitStore } from '../store-condition.ts';
import { assertWritable } from './assert-writable.ts';
import { endSilentConnections } from './heartbeat.ts';
import { checkEachSession, checkSession, type SessionNeeds } from './session-check.ts';
import type { Redis } from './types.ts';

interface Watched {
  readonly condition: StoreCondition;
  readonly scriptCommands: Set<string>;
  /** Checks the sessions that are open. Rejects when one of them failed, or none of them responded. */
  readonly check: () => Promise<unknown>;
  isCheckDue: boolean;
}

const watched = new WeakMap<Redis, Watched>();

/** Checks each session of this connection, of a cluster those of every node, and keeps what was found (`redisProblem`). */
export function watchCondition(redis: Redis, logger: Logger): void {
  const condition = new StoreCondition('Redis', logger);
  const scriptCommands = new Set<string>();
  const check =
    redis instanceof Cluster
      ? watchNodes(redis, condition, () => scriptCommands)
      : watchServer(redis, condition, () => scriptCommands);
  watched.set(redis, { condition, scriptCommands, check, isCheckDue: false });
}

/** @returns why the server may not be used; null as long as no session has failed its check, or the latest has passed */
export const redisProblem = (redis: Redis): UnfitStore | null =>
  watched.get(redis)?.condition.problem ?? null;

/**
 * For readiness: checks the session once more, since rights and settings may have changed, and writes where this process does.
 *
 * @param writeKeys one of each kind that this process writes
 * @throws {UnfitStore} when it fails; the driver's error when there is no response
 */
export async function assertRedisUsable(redis: Redis, writeKeys: readonly string[] = []): Promise<void> {
  const problem = redisProblem(redis);
  if (problem) throw problem;
  await (watched.get(redis)?.check() ?? redis.ping());
  await assertWritable(redis, writeKeys);
}

/** Notes the commands that a script calls, and checks the account's rights once all scripts of the moment are noted. */
export function noteScript(redis: Redis, lua: string): void {
  const known = watched.get(redis);
  if (!known) return;
  for (const [, command] of lua.matchAll(/redis\.p?call\(\s*['"](\w+)['"]/g))
    known.scriptCommands.add(command!.toLowerCase());
  if (known.isCheckDue) return;
  known.isCheckDue = true;
  setImmediate(() => {
    known.isCheckDue = false;
    known.check().catch(() => undefined);
  });
}

type ScriptCommands = SessionNeeds['scriptCommands'];

function watchServer(redis: SingleRedis, condition: StoreCondition, scriptCommands: ScriptCommands) {
  const needs: SessionNeeds = {
    writes: true,
    inCluster: false,
    scriptCommands,
    onResult: (problem) => condition.report(problem),
  };
  checkEachSession(redis, needs);
  return () => checkSession(redis, needs);
}

/** One node that fails makes the cluster unfit: its products could not be sold, or not safely. */
function watchNodes(cluster: Cluster, condition: StoreCondition, scriptCommands: ScriptCommands) {
  const problems = new Map<string, UnfitStore>();
  const probes = new Map<string, SingleRedis>();
  const nameOf = ({ options }: SingleRedis) => `${options.host}:${options.port}`;

  function record(name: string, problem: UnfitStore | null): void {
    if (problem) problems.set(name, problem);
    else problems.delete(name);
    condition.report([...problems.values()][0] ?? null);
  }

  const needsOf = (node: SingleRedis): SessionNeeds => ({
    // ioredis connects to replicas as well, and changes this option when a replica is promoted.
    get writes() {
      return node.options.readOnly !== true;
    },
    inCluster: true,
    scriptCommands,
    onResult: (problem) => {
      record(nameOf(node), problem);
      if (problem) probe(node);
    },
  });

  /** ioredis opens a node again when a command is for it, and none is sent while the cluster is unfit: so it is checked here. */
  function probe(node: SingleRedis): void {
    const name = nameOf(node);
    if (probes.has(name)) return;
    const probing = node.duplicate({ retryStrategy: () => 250 + Math.random() * 500, lazyConnect: true });
    probes.set(name, probing);
    const finish = (problem: UnfitStore | null) => {
      record(name, problem);
      if (problem) return;
      probes.delete(name);
      probing.disconnect();
    };
    endSilentConnections(probing);
    checkEachSession(probing, { ...needsOf(node), writes: needsOf(node).writes, onResult: finish });
    // A node that cannot be reached is not unfit: its next session is checked again.
    probing.on('error', (error) => void (error instanceof UnfitStore || finish(null)));
    probing.connect().catch(() => undefined);
  }

  cluster.on('+node', (node: SingleRedis) => checkEachSession(node, needsOf(node)));
  cluster.on('end', () => {
    for (const probing of probes.values()) probing.disconnect();
  });
  return async () => {
    const nodes = cluster.nodes('master');
    const results = await Promise.allSettled(nodes.map((node) => checkSession(node, needsOf(node))));
    if (condition.problem) throw condition.problem;
    // A node that is down is no reason to stop what is sold from the others.
    if (results.every(({ status }) => status === 'rejected'))
      throw new Error('No node of the cluster answers.');
  };
}
