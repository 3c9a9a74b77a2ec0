/** Makes Redis's numbers anew from MySQL: `stock/rebuild.ts`. Each step may be the last one of its process. */
import { openGate } from '../scripts.ts';
import { MAX_EPOCH, noNumbers, noRebuild, PROCESSES, REBUILD, type State } from '../state.ts';
import type { Step } from '../step.ts';
import { mustBeRebuilt, isStockLocked, redisOf } from './common.ts';

export function rebuildActions(step: Step): void {
  for (let process = 0; process < PROCESSES; process++) {
    const { rebuild } = step.state.processes[process]!;
    switch (rebuild.state) {
      case REBUILD.idle:
        lock(step, process);
        break;
      case REBUILD.locked:
        count(step, process);
        break;
      case REBUILD.counted:
        begin(step, process);
        break;
      case REBUILD.begun:
        writeNumbers(step, process);
        break;
      case REBUILD.written:
        open(step, process);
        break;
    }
  }
}

/** The lock, and what is read under it before anything else. Once it is had, a product that is ready is left alone. */
function lock(step: Step, process: number): void {
  const redis = redisOf(step.state, process);
  if (redis.isReadOnly || redis.lock !== 0) return;
  const change = (next: State) => {
    const of = redisOf(next, process);
    of.lock = process + 1;
    Object.assign(next.processes[process]!.rebuild, {
      state: REBUILD.locked,
      server: of.server,
      shown: of.gateEpoch,
      source: next.mysql.server,
      begun: next.clients.map(({ begun }) => begun),
    });
  };
  const action = 'rebuild: takes the lock, reads the server, the gate and the clock';
  if (mustBeRebuilt(step, step.state, process)) step.work(action, { process }, change);
  else step.limited('repair', `${action}, requested by the reconciliation`, { process }, change);
}

/** One transaction: bumps the epoch, and reads what is sold and who holds it. */
function count(step: Step, process: number): void {
  const { state, rules } = step;
  if (isStockLocked(state)) return;
  const { source, shown } = state.processes[process]!.rebuild;
  const epoch = (rules.epochBeyondGate ? Math.max(state.mysql.epoch, shown) : state.mysql.epoch) + 1;
  if (source !== state.mysql.server || epoch > MAX_EPOCH)
    return step.work('rebuild: another MySQL server, aborts', { process }, (next) => abort(next, process));
  step.work(`rebuild: epoch ${epoch} in MySQL, reads sold and holdings`, { process }, (next) => {
    next.mysql.epoch = epoch;
    const { rebuild } = next.processes[process]!;
    Object.assign(rebuild, {
      state: REBUILD.counted,
      epoch,
      total: next.mysql.total,
      sold: next.mysql.sold,
      held: [...next.mysql.held],
    });
  });
}

/** Since when refusals are remembered, if they may be lost; then the keys of the new epoch, empty but for the holdings. */
function begin(step: Step, process: number): void {
  if (isGone(step, process)) return;
  step.work('rebuild: deletes the keys of its epoch, writes holdings', { process }, (next) => {
    const redis = redisOf(next, process);
    const { rebuild } = next.processes[process]!;
    const before = redis.epochs[rebuild.epoch - 1]!;
    const mayHaveLostData =
      redis.gateEpoch > 0 ? redis.gateServer !== rebuild.server : before.isWritten === 0;
    if (mayHaveLostData && step.rules.refusalsLostAt)
      redis.lostAt = redis.lostAt.map((lostAt, key) => Math.max(lostAt, rebuild.begun[key]!));
    redis.epochs[rebuild.epoch] = {
      ...noNumbers(),
      held: step.configuration.limit > 0 ? rebuild.held : [0, 0],
    };
    rebuild.state = REBUILD.begun;
    if (step.rules.gateLast) return;
    const { source, total, sold } = rebuild;
    redis.epochs[rebuild.epoch] = { ...noNumbers(), isWritten: 1, source, total, sold };
    if (openGate(step, redis, { ...rebuild, token: process + 1 })) next.isStale = 0;
  });
}

function writeNumbers(step: Step, process: number): void {
  if (isGone(step, process)) return;
  step.work('rebuild: writes the numbers', { process }, (next) => {
    const { rebuild } = next.processes[process]!;
    const { source, total, sold } = rebuild;
    const numbers = redisOf(next, process).epochs[rebuild.epoch]!;
    if (step.rules.gateLast) Object.assign(numbers, { isWritten: 1, source, total, sold });
    else if (step.configuration.limit > 0) numbers.held = [...rebuild.held];
    rebuild.state = REBUILD.written;
  });
}

function open(step: Step, process: number): void {
  if (isGone(step, process)) return;
  step.work('rebuild: opens the gate, if the lock is its own', { process }, (next) => {
    const redis = redisOf(next, process);
    const { rebuild } = next.processes[process]!;
    if (openGate(step, redis, { ...rebuild, token: process + 1 })) {
      for (let old = 1; old < rebuild.epoch; old++) redis.epochs[old] = noNumbers();
      if (redis.gateEpoch >= next.mysql.epoch) next.isStale = 0;
    }
    abort(next, process);
  });
}

/** A server that takes no writes any more fails the rebuild. */
function isGone(step: Step, process: number): boolean {
  if (!redisOf(step.state, process).isReadOnly) return false;
  step.work('rebuild: Redis takes no writes, aborts', { process }, (next) => abort(next, process));
  return true;
}

/** The lock is freed, if it is still its own. */
export function abort(next: State, process: number): void {
  const redis = redisOf(next, process);
  if (redis.lock === process + 1) redis.lock = 0;
  next.processes[process]!.rebuild = noRebuild();
}
