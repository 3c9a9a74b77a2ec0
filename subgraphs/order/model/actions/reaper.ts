/** Settles reservations that are due, which any of them may be at any moment: `purchase/reaper.ts`. */
import { confirm, readyNumbers, release } from '../scripts.ts';
import { isOrder, KEYS, noLate, noReaper, PROCESSES, REAPER, RECORD, SCRIPT } from '../state.ts';
import type { Step } from '../step.ts';
import { isAdmittedBy, isOrderLocked, mayBeLate, redisOf, settleByTombstone } from './common.ts';

export function reaperActions(step: Step): void {
  const { state, rules } = step;
  // Processes take turns.
  const isTaken = state.processes.some(({ reaper }) => reaper.state !== REAPER.idle);
  for (let process = 0; process < PROCESSES; process++) {
    const { state: at, key, epoch } = state.processes[process]!.reaper;
    if (at === REAPER.idle && !isTaken) find(step, process);
    if (at === REAPER.found && (!isOrderLocked(state, key) || !rules.tombstoneOfReaper))
      step.work('reaper: a tombstone, and what stands there', { process, key }, (next) => {
        const order = rules.tombstoneOfReaper ? settleByTombstone(next, key) : next.mysql.orders[key]!;
        next.processes[process]!.reaper.state = isAdmittedBy(step, order, epoch)
          ? REAPER.confirming
          : REAPER.releasing;
        // Without a tombstone, one that has no order is released.
        if (!rules.tombstoneOfReaper && isOrder(order))
          next.processes[process]!.reaper.state = REAPER.confirming;
      });
    if (at === REAPER.confirming || at === REAPER.releasing) settle(step, process);
  }
}

function find(step: Step, process: number): void {
  const redis = redisOf(step.state, process);
  const numbers = readyNumbers(step, redis, redis.gateEpoch);
  if (!numbers?.isWritten) return;
  for (let key = 0; key < KEYS; key++)
    if (numbers.records[key] === RECORD.reserved)
      step.work('reaper: a reservation is due', { process, key }, (next) => {
        next.processes[process]!.reaper = { state: REAPER.found, key, epoch: redis.gateEpoch };
      });
}

function settle(step: Step, process: number): void {
  const { state: at, key, epoch } = step.state.processes[process]!.reaper;
  const isConfirmation = at === REAPER.confirming;
  const name = isConfirmation ? 'reaper: confirm' : 'reaper: release';
  step.work(name, { process, key }, (next) => {
    (isConfirmation ? confirm : release)(step, redisOf(next, process), key, epoch);
    next.processes[process]!.reaper = noReaper();
  });
  if (mayBeLate(step))
    step.fault('timeout', `${name} is not answered`, { process, key }, (next) => {
      const script = isConfirmation ? SCRIPT.confirm : SCRIPT.release;
      next.late.push({ ...noLate(), script, redis: next.processes[process]!.redis, key, epoch });
      next.processes[process]!.reaper = noReaper();
    });
}
