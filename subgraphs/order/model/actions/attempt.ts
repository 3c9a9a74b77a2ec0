/** An attempt from its begin to its answer: `purchase/`. */
import { reserve, confirm, release, rememberRefusal } from '../scripts.ts';
import { HANDLER, isOrder, KEYS, noLate, PROCESSES, ROW, SCRIPT } from '../state.ts';
import type { Step } from '../step.ts';
import {
  answerRefusal,
  answerReplay,
  end,
  isOrderLocked,
  isOpen,
  mayBeLate,
  redisOf,
  settleByTombstone,
  settleInBackground,
} from './common.ts';

export function attemptActions(step: Step): void {
  for (let process = 0; process < PROCESSES; process++)
    for (let key = 0; key < KEYS; key++) attemptActionsOf(step, process, key);
}

function attemptActionsOf(step: Step, process: number, key: number): void {
  const who = { process, key };
  const { state } = step;
  const { attempt, epoch, state: at } = state.processes[process]!.handlers[key]!;
  switch (at) {
    case HANDLER.idle:
      if (state.clients[key]!.begun < step.configuration.attempts[key]!)
        step.happen('a client begins an attempt', who, (next) => {
          const client = next.clients[key]!;
          client.begun++;
          next.processes[process]!.handlers[key] = { state: HANDLER.begun, attempt: client.begun, epoch: 0 };
        });
      return;
    case HANDLER.begun:
      return begun(step, process, key, attempt);
    case HANDLER.refused:
      return step.work('a refusal: MySQL is read', who, (next) => {
        const { row } = next.mysql.orders[key]!;
        if (row === ROW.none || !step.rules.lookBeforeRefusal) {
          next.processes[process]!.handlers[key]!.state = HANDLER.lookedUp;
          return;
        }
        answerReplay(next, key);
        end(next, process, key);
      });
    case HANDLER.lookedUp:
      return step.work('the refusal is remembered, and answered if it is final', who, (next) => {
        const redis = redisOf(next, process);
        // A server that takes no writes has not run the script: Busy.
        if (!redis.isReadOnly && rememberRefusal(step, redis, next.clients[key]!, key, epoch))
          answerRefusal(next, key, attempt);
        end(next, process, key);
      });
    case HANDLER.settled:
      return step.work('a settled key: MySQL is read', who, (next) => {
        const isFound = next.mysql.orders[key]!.row !== ROW.none;
        if (!isFound && step.rules.tombstoneForSettledKey) {
          next.processes[process]!.handlers[key]!.state = HANDLER.givingUp;
          return;
        }
        answerReplay(next, key);
        end(next, process, key);
      });
    case HANDLER.givingUp:
      return abort(step, process, key, attempt);
    case HANDLER.confirming:
    case HANDLER.releasing:
      return settle(step, process, key);
  }
}

function begun(step: Step, process: number, key: number, attempt: number): void {
  const who = { process, key };
  const { state } = step;
  // It waits for the gate or the rebuild, which another part of the process begins.
  if (!isOpen(step, state, process))
    return step.work('the product is not ready: Busy', who, (next) => end(next, process, key));
  const purchase = {
    key,
    attempt,
    epoch: redisOf(state, process).gateEpoch,
    source: state.mysql.server,
  };
  step.work('reserve', who, (next) => {
    const reply = reserve(step, redisOf(next, process), next.clients[key]!, purchase);
    const handler = next.processes[process]!.handlers[key]!;
    handler.epoch = purchase.epoch;
    if (reply === 'reserved') handler.state = HANDLER.queued;
    else if (reply === 'settled') Object.assign(handler, { state: HANDLER.settled, epoch: 0 });
    else if (reply === 'overLimit' || reply === 'soldOut') handler.state = HANDLER.refused;
    else end(next, process, key);
  });
  if (mayBeLate(step))
    step.fault('timeout', 'reserve is not answered: OutcomeUnknown', who, (next) => {
      next.late.push({
        ...noLate(),
        ...purchase,
        script: SCRIPT.reserve,
        redis: next.processes[process]!.redis,
      });
      end(next, process, key);
    });
}

/** Tombstone first, then the release, in the background; an order that stands there is the answer. */
function abort(step: Step, process: number, key: number, attempt: number): void {
  if (isOrderLocked(step.state, key)) return;
  step.work('aborted: a tombstone, then the answer', { process, key }, (next) => {
    const order = settleByTombstone(next, key);
    if (isOrder(order)) next.clients[key]!.wasConfirmed = 1;
    else answerRefusal(next, key, attempt);
    if (next.processes[process]!.handlers[key]!.epoch === 0) end(next, process, key);
    else settleInBackground(step, next, process, key);
  });
}

function settle(step: Step, process: number, key: number): void {
  const { state: at, epoch } = step.state.processes[process]!.handlers[key]!;
  const isConfirmation = at === HANDLER.confirming;
  const [name, script] = isConfirmation ? (['confirm', confirm] as const) : (['release', release] as const);
  const who = { process, key };
  step.work(name, who, (next) => {
    script(step, redisOf(next, process), key, epoch);
    end(next, process, key);
  });
  if (mayBeLate(step))
    step.fault('timeout', `${name} is not answered`, who, (next) => {
      next.late.push({
        ...noLate(),
        script: isConfirmation ? SCRIPT.confirm : SCRIPT.release,
        redis: next.processes[process]!.redis,
        key,
        epoch,
      });
      end(next, process, key);
    });
}
