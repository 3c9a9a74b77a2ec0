/** The batch writer of each process: `batch/`. */
import { userOf } from '../configuration.ts';
import { HANDLER, isOrder, KEYS, noTransaction, NO_PROCESS, PROCESSES, ROW, type State } from '../state.ts';
import type { Step } from '../step.ts';
import {
  answerReplay,
  end,
  isOrderLocked,
  isStockLocked,
  settleByTombstone,
  settleInBackground,
} from './common.ts';

export function batchActions(step: Step): void {
  for (let process = 0; process < PROCESSES; process++) {
    write(step, process);
    commit(step, process);
    for (let key = 0; key < KEYS; key++) resolve(step, process, key);
  }
  endLostTransaction(step);
}

/** What waits in the queue of a process, of one epoch. */
function write(step: Step, process: number): void {
  const { state } = step;
  const { handlers } = state.processes[process]!;
  const epochs = new Set(handlers.filter(({ state: at }) => at === HANDLER.queued).map(({ epoch }) => epoch));
  for (const epoch of epochs) {
    const keys = handlers.flatMap((handler, key) =>
      handler.state === HANDLER.queued && handler.epoch === epoch ? [key] : [],
    );
    if (!keys.some((key) => isOrderLocked(state, key))) transact(step, process, keys, epoch);
    for (const key of keys)
      step.fault('unwritable', 'the order cannot be written, whatever is tried', { process, key }, (next) => {
        if (step.rules.tombstoneBeforeRelease) return end(next, process, key);
        next.clients[key]!.refusedUpTo = next.clients[key]!.begun;
        next.processes[process]!.handlers[key]!.state = HANDLER.releasing;
      });
  }
}

/** The statements of `writeOrders` and the write results of `BatchWriter`. All rows are locked in one order, so this is one step. */
function transact(step: Step, process: number, keys: readonly number[], epoch: number): void {
  const { mysql } = step.state;
  const existing = keys.filter((key) => mysql.orders[key]!.row !== ROW.none);
  if (existing.length > 0)
    return step.work('batch: an order or a tombstone is there already', { process }, (next) => {
      for (const key of existing) {
        answerReplay(next, key);
        settleInBackground(step, next, process, key);
      }
    });
  if (isStockLocked(step.state)) return;
  if (step.rules.epochInUpdate && mysql.epoch !== epoch) return staleEpoch(step, process, keys, epoch);

  const tooMuch = doNotFit(step, keys);
  for (const key of tooMuch)
    step.work('batch: rolled back, this one does not fit or is over the limit', { process, key }, (next) => {
      next.processes[process]!.handlers[key]!.state = HANDLER.givingUp;
    });
  if (tooMuch.length > 0) return;
  step.work(`batch: a transaction for ${keys.length}, of epoch ${epoch}`, { process }, (next) => {
    next.transaction = { ...noTransaction(), owner: process + 1, epoch };
    for (const key of keys) {
      const handler = next.processes[process]!.handlers[key]!;
      next.transaction.keys |= 1 << key;
      next.transaction.attempts[key] = handler.attempt;
      handler.state = HANDLER.writing;
      if (!step.rules.answerAfterCommit) next.clients[key]!.wasConfirmed = 1;
    }
  });
}

/** The script is called once more when the product is ready again, or the answer is OutcomeUnknown. */
function staleEpoch(step: Step, process: number, keys: readonly number[], epoch: number): void {
  const found = (next: State) => {
    if (next.redis.at(-1)!.gateEpoch < next.mysql.epoch) next.isStale = 1;
  };
  step.work(`batch: rolled back, epoch ${epoch} is over`, { process }, (next) => {
    for (const key of keys)
      Object.assign(next.processes[process]!.handlers[key]!, { state: HANDLER.begun, epoch: 0 });
    found(next);
  });
  for (const key of keys)
    step.work('batch: the epoch is over, and no gate in time: OutcomeUnknown', { process, key }, (next) => {
      end(next, process, key);
      found(next);
    });
}

/** @returns those of which one has to be left out. In truth that is the one with the highest sequence number. */
function doNotFit(
  { state: { mysql }, configuration, rules }: Step,
  keys: readonly number[],
): readonly number[] {
  const ofUser = (user: number) => keys.filter((key) => userOf(configuration, key) === user);
  if (rules.holdingInTransaction && configuration.limit > 0)
    for (const user of [0, 1])
      if (mysql.held[user]! + ofUser(user).length > configuration.limit) return ofUser(user);
  return rules.stockGuard && keys.length > mysql.total - mysql.sold ? keys : [];
}

function commit(step: Step, process: number): void {
  if (step.state.transaction.owner !== process + 1) return;
  step.work('COMMIT', { process }, (next) => {
    for (const key of keysOf(next.transaction.keys)) {
      next.processes[process]!.handlers[key]!.state = HANDLER.confirming;
      next.clients[key]!.wasConfirmed = 1;
    }
    apply(step, next);
  });
  step.fault('commitLost', 'COMMIT is sent and not answered', { process }, (next) => {
    for (const key of keysOf(next.transaction.keys))
      next.processes[process]!.handlers[key]!.state = HANDLER.resolving;
    next.transaction.owner = NO_PROCESS;
  });
}

/** The session was lost after its COMMIT was sent, or is ended by the server: one or the other happens some time. */
function endLostTransaction(step: Step): void {
  if (step.state.transaction.owner !== NO_PROCESS) return;
  step.work('the COMMIT that was not answered happens', {}, (next) => apply(step, next));
  step.work('the transaction of the lost session is rolled back', {}, (next) => {
    next.transaction = noTransaction();
  });
}

function apply(step: Step, next: State): void {
  const { keys, epoch, attempts } = next.transaction;
  for (const key of keysOf(keys)) {
    next.mysql.orders[key] = { row: ROW.order, epoch, attempt: attempts[key]! };
    next.mysql.sold++;
    if (step.configuration.limit > 0) next.mysql.held[userOf(step.configuration, key)]!++;
  }
  next.transaction = noTransaction();
}

/** After a lost COMMIT a tombstone is definitive, since its insert waits for the earlier transaction. */
function resolve(step: Step, process: number, key: number): void {
  const { state, rules } = step;
  if (state.processes[process]!.handlers[key]!.state !== HANDLER.resolving) return;
  if (isOrderLocked(state, key) && rules.tombstoneAfterLostCommit) return;
  step.work('a tombstone resolves the COMMIT', { process, key }, (next) => {
    if (rules.tombstoneAfterLostCommit) settleByTombstone(next, key);
    const order = next.mysql.orders[key]!;
    if (isOrder(order)) next.clients[key]!.wasConfirmed = 1;
    else if (order.row === ROW.tombstone) next.clients[key]!.wasAbandoned = 1;
    settleInBackground(step, next, process, key);
  });
}

export const keysOf = (mask: number): number[] =>
  Array.from({ length: KEYS }, (_, key) => key).filter((key) => (mask & (1 << key)) !== 0);
