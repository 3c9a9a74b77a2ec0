import { Cluster, type Redis as SingleRedis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { StoreCondition, UnfitStore } from '../store-condition.ts';
import { assertWritable } from './assert-writable.ts';
import { endSilentConnections } from './heartbeat.ts';
import { checkEachSession, checkSession, type SessionNeeds } from './session-check.ts';
import type { Redis } from './types.ts';

/** What the account of this process must be permitted to do, beside what its scripts do. */
export interface RedisNeeds {
  /** Commands that are sent as they are. */
  readonly commands?: readonly string[];
  /** One key of each kind that is written. */
  readonly writeKeys?: readonly string[];
}

interface Watched {
  readonly condition: StoreCondition;
  readonly commands: Set<string>;
  /** Checks the sessions that are open, and writes. Rejects when one of them failed, or none of them responded. */
  readonly check: () => Promise<void>;
  isCheckDue: boolean;
}

/** Rights and settings may change under a session. */
const CHECK_EVERY_MS = 1_500;

const watched = new WeakMap<Redis, Watched>();

/** Of the account's rights to keys, which in a cluster are on several nodes; any other problem is recorded by the name of a server. */
const KEYS = 'keys';

/**
 * Checks each session of this connection, of a cluster those of every node, when it begins and every 1.5 s, and keeps what was found:
 * readiness and admission are decided by that alone (`redisProblem`).
 */
export function watchCondition(
  redis: Redis,
  logger: Logger,
  { commands: sent = [], writeKeys = [] }: RedisNeeds = {},
): void {
  const condition = new StoreCondition('Redis', logger);
  const problems = new Map<string, UnfitStore>();
  const record: Report = (name, problem) => {
    if (problem) problems.set(name, problem);
    else problems.delete(name);
    condition.report([...problems.values()][0] ?? null);
  };
  const commands = new Set(sent);
  const checkSessions =
    redis instanceof Cluster
      ? watchNodes(redis, record, () => commands)
      : watchServer(redis, record, () => commands);
  const check = async () => {
    await checkSessions();
    for (const [name, problem] of problems) if (name !== KEYS) throw problem;
    await assertWritable(redis, writeKeys).catch((error: unknown) => {
      if (error instanceof UnfitStore) record(KEYS, error);
      throw error;
    });
    record(KEYS, null);
  };
  watched.set(redis, { condition, commands, check, isCheckDue: false });
  repeatWhileConnected(redis, check);
}

function repeatWhileConnected(redis: Redis, check: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  async function run(): Promise<void> {
    if (isRunning || redis.status !== 'ready') return;
    isRunning = true;
    await check().catch(() => undefined);
    isRunning = false;
  }
  redis.on('ready', () => {
    clearInterval(timer);
    timer = setInterval(() => void run(), CHECK_EVERY_MS).unref();
  });
  redis.on('end', () => clearInterval(timer));
}

/** @returns why the server may not be used; null as long as no session has failed its check, or the latest has passed */
export const redisProblem = (redis: Redis): UnfitStore | null =>
  watched.get(redis)?.condition.problem ?? null;

/**
 * For readiness: checks the session once more, and writes where this process does.
 *
 * @throws {UnfitStore} when it fails; the driver's error when there is no response
 */
export async function assertRedisUsable(redis: Redis): Promise<void> {
  const problem = redisProblem(redis);
  if (problem) throw problem;
  await (watched.get(redis)?.check() ?? redis.ping());
}

/** Notes the commands that a script calls, and checks the account's rights to them once all scripts of the moment are noted. */
export function noteScript(redis: Redis, lua: string): void {
  const known = watched.get(redis);
  if (!known) return;
  for (const [, command] of lua.matchAll(/redis\.p?call\(\s*['"](\w+)['"]/g))
    known.commands.add(command!.toLowerCase());
  checkSoon(redis);
}

/** As after a refusal that shows that a right was taken from the account. */
export function checkSoon(redis: Redis): void {
  const known = watched.get(redis);
  if (!known || known.isCheckDue) return;
  known.isCheckDue = true;
  setImmediate(() => {
    known.isCheckDue = false;
    known.check().catch(() => undefined);
  });
}

type Commands = SessionNeeds['commands'];
/** Keeps what was found of a server, or of the keys. */
type Report = (name: string, problem: UnfitStore | null) => void;

function watchServer(redis: SingleRedis, record: Report, commands: Commands): () => Promise<void> {
  const needs: SessionNeeds = {
    writes: true,
    inCluster: false,
    commands,
    onResult: (problem) => record('server', problem),
  };
  checkEachSession(redis, needs);
  return () => checkSession(redis, needs);
}

/** One node that fails makes the cluster unfit: its products could not be sold, or not safely. */
function watchNodes(cluster: Cluster, record: Report, commands: Commands): () => Promise<void> {
  const probes = new Map<string, SingleRedis>();
  const nameOf = ({ options }: SingleRedis) => `${options.host}:${options.port}`;

  const needsOf = (node: SingleRedis): SessionNeeds => ({
    // ioredis connects to replicas as well, and changes this option when a replica is promoted.
    get writes() {
      return node.options.readOnly !== true;
    },
    inCluster: true,
    commands,
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
    // A node that is down is no reason to stop what is sold from the others.
    if (results.every(({ status }) => status === 'rejected'))
      throw new Error('No node of the cluster answers.');
  };
}
