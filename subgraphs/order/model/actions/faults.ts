/** What befalls clients, processes and stores. A process that is frozen is one that does not act for long: every search has that. */
import { applyMovement, confirm, release, reserve } from '../scripts.ts';
import {
  emptyRedis,
  HANDLER,
  isOrder,
  noHandler,
  NO_PROCESS,
  noReaper,
  noRebuild,
  noTransaction,
  PROCESSES,
  KEYS,
  ROW,
  SCRIPT,
  type Redis,
  type State,
} from '../state.ts';
import type { Step } from '../step.ts';
import { isOrderLocked, settleByTombstone } from './common.ts';

export function faultActions(step: Step): void {
  clients(step);
  lateScripts(step);
  processes(step);
  redis(step);
  mysql(step);
}

function clients(step: Step): void {
  const { state, configuration, rules } = step;
  for (let key = 0; key < KEYS; key++) {
    const { expired, begun } = state.clients[key]!;
    if (configuration.deadlines && expired < begun)
      step.happen('the deadline of an attempt passes: OutcomeUnknown', { key }, (next) => {
        next.clients[key]!.expired++;
      });
    const longAgo = ({ refused }: Redis) => refused[key]! > 0 && refused[key]! <= expired;
    if (configuration.deadlines && state.redis.some(longAgo))
      step.happen('the refusal is forgotten', { key }, (next) => {
        for (const one of next.redis) if (longAgo(one)) one.refused[key] = 0;
      });
    if (!isOrderLocked(state, key) || !rules.tombstoneOnAbandon)
      step.limited('abandon', 'abandonPurchase', { key }, (next) => {
        if (rules.tombstoneOnAbandon) settleByTombstone(next, key);
        if (isOrder(next.mysql.orders[key]!)) next.clients[key]!.wasConfirmed = 1;
        else next.clients[key]!.wasAbandoned = 1;
      });
  }
}

function lateScripts(step: Step): void {
  step.state.late.forEach(({ script, redis, key, epoch, attempt, source }, index) => {
    step.work('the script that was not answered runs', { key }, (next) => {
      next.late.splice(index, 1);
      const server = next.redis[redis]!;
      if (script === SCRIPT.reserve)
        reserve(step, server, next.clients[key]!, { key, attempt, epoch, source });
      if (script === SCRIPT.confirm) confirm(step, server, key, epoch);
      if (script === SCRIPT.release) release(step, server, key, epoch);
      if (script === SCRIPT.applyMovement) applyMovement(step, server, { movement: key, epoch, source });
    });
    step.work('the script that was not answered never runs', { key }, (next) => {
      next.late.splice(index, 1);
    });
  });
}

function processes(step: Step): void {
  const { state } = step;
  for (let process = 0; process < PROCESSES; process++) {
    const { handlers, reaper, rebuild, relay, redis } = state.processes[process]!;
    const hasBegun =
      handlers.some(({ state: at }) => at !== HANDLER.idle) || reaper.state || rebuild.state || relay;
    if (hasBegun) {
      step.fault('crash', 'the process dies and starts again', { process }, (next) => die(next, process));
      if (state.transaction.owner === process + 1)
        step.fault('crash', 'the process dies with its COMMIT on the way', { process }, (next) => {
          next.transaction.owner = NO_PROCESS;
          die(next, process);
        });
    }
    if (rebuild.state)
      step.fault(
        'lockLost',
        'the process is frozen for so long that its lock expires',
        { process },
        (next) => {
          for (const one of next.redis) if (one.lock === process + 1) one.lock = 0;
        },
      );
    if (state.redis[redis]!.isReadOnly)
      step.work('a script is refused (READONLY): connects anew', { process }, (next) => {
        next.processes[process]!.redis = next.redis.length - 1;
      });
  }
  state.redis.forEach(({ lock }, index) => {
    if (lock === NO_PROCESS)
      step.work('the lock of a process that is gone expires', {}, (next) => {
        next.redis[index]!.lock = 0;
      });
  });
}

function die(next: State, process: number): void {
  if (next.transaction.owner === process + 1) next.transaction = noTransaction();
  for (const redis of next.redis) if (redis.lock === process + 1) redis.lock = NO_PROCESS;
  next.processes[process] = {
    redis: next.redis.length - 1,
    handlers: [noHandler(), noHandler()],
    reaper: noReaper(),
    rebuild: noRebuild(),
    relay: 0,
  };
}

function redis(step: Step): void {
  const { state } = step;
  const last = state.redis.length - 1;
  const { server } = state.redis[last]!;
  const replace = (next: State, data: Redis) => {
    next.redis[last] = { ...data, server: server + 1, lock: 0 };
    // Connections end with the server, and with them what they had sent.
    next.late = next.late.filter((late) => late.redis !== last);
  };
  if (!state.redisReplica && state.budget.redisLost > 0)
    step.limited('snapshot', '(Redis is saved, or its replica stops following)', {}, (next) => {
      next.redisReplica = structuredClone(next.redis[last]!);
    });
  step.fault('redisLost', 'FLUSHALL', {}, (next) => {
    next.redis[last] = emptyRedis(server);
  });
  step.fault('redisLost', 'Redis comes back empty', {}, (next) => replace(next, emptyRedis(0)));
  if (!state.redisReplica) return;
  step.fault('redisLost', 'Redis comes back older', {}, (next) => {
    replace(next, next.redisReplica!);
    next.redisReplica = null;
  });
  if (last === 0)
    step.fault(
      'redisLost',
      'a replica of Redis is promoted, connections to the other stay open',
      {},
      (next) => {
        next.redis[0]!.isReadOnly = 1;
        const { lock } = next.redisReplica!;
        next.redis.push({ ...next.redisReplica!, server: server + 1, lock: lock && NO_PROCESS });
        next.redisReplica = null;
      },
    );
}

/** A replica that was behind takes over. What it did not have is lost, which no answer can foresee. */
function mysql(step: Step): void {
  const { state } = step;
  if (!state.mysqlReplica) {
    if (state.budget.mysqlLost > 0)
      step.limited('snapshot', '(the replica of MySQL stops following)', {}, (next) => {
        next.mysqlReplica = structuredClone(next.mysql);
      });
    return;
  }
  step.fault('mysqlLost', 'another MySQL server takes over, without the last commits', {}, (next) => {
    const before = next.mysql;
    next.mysql = { ...next.mysqlReplica!, server: before.server + 1 };
    next.mysqlReplica = null;
    next.transaction = noTransaction();
    next.mysql.orders.forEach(({ row }, key) => {
      if (row !== before.orders[key]!.row) Object.assign(next.clients[key]!, NOTHING_ANSWERED);
    });
    for (const { handlers } of next.processes)
      for (const handler of handlers) if (handler.state === HANDLER.writing) handler.state = HANDLER.queued;
    const isLost = (key: number) => next.mysql.orders[key]!.row === ROW.none;
    for (let key = 0; key < KEYS; key++) if (isLost(key)) next.clients[key]!.wasConfirmed = 0;
  });
}

const NOTHING_ANSWERED = { wasConfirmed: 0, wasAbandoned: 0, refusedUpTo: 0 };
