import { readyNumbers, type World } from '../scripts.ts';
import { HANDLER, isOrder, MOVEMENT, noHandler, ROW, type Order, type Redis, type State } from '../state.ts';
import type { Step } from '../step.ts';

export const redisOf = (state: State, process: number): Redis =>
  state.redis[state.processes[process]!.redis]!;

/** Whether another transaction holds the row of an order, so that an INSERT waits. */
export const isOrderLocked = ({ transaction }: State, key: number): boolean =>
  transaction.owner !== 0 && (transaction.keys & (1 << key)) !== 0;

/** Every transaction that is open has taken units, so it holds the stock row. */
export const isStockLocked = ({ transaction }: State): boolean => transaction.owner !== 0;

/** Whether the product can be sold from, by Redis. */
export function isOpen(world: World, state: State, process: number): boolean {
  const redis = redisOf(state, process);
  const numbers = readyNumbers(world, redis, redis.gateEpoch);
  if (!numbers?.isWritten) return false;
  return !world.rules.mysqlIdentity || numbers.source === state.mysql.server;
}

/** Whether there is a reason for a rebuild, and someone has found it: an attempt, a batch, the reaper or the relay. */
export function mustBeRebuilt(world: World, state: State, process: number): boolean {
  const { gateEpoch } = redisOf(state, process);
  const { mysql, isStale } = state;
  if (!isOpen(world, state, process) || gateEpoch > mysql.epoch) return true;
  if (isStale && gateEpoch < mysql.epoch && world.rules.gateAtMysqlEpoch) return true;
  return mysql.movements.some(({ state: at, epoch }) => at === MOVEMENT.written && epoch > gateEpoch);
}

/** `Tombstones.settle`: inserted, unless something stands there. Only while the row is not locked. @returns what stands there now */
export function settleByTombstone(next: State, key: number): Order {
  const order = next.mysql.orders[key]!;
  if (order.row === ROW.none) {
    order.row = ROW.tombstone;
    order.epoch = 0;
  }
  return order;
}

/** Whether a reservation is the one that the order's item names: then it is confirmed, else released. */
export const isAdmittedBy = ({ rules }: World, order: Order, epoch: number): boolean =>
  isOrder(order) && (order.epoch === epoch || !rules.confirmOwnReservation);

/** What is answered where something stands under the key. */
export function answerReplay(next: State, key: number): void {
  if (isOrder(next.mysql.orders[key]!)) next.clients[key]!.wasConfirmed = 1;
  else next.clients[key]!.wasAbandoned = 1;
}

/** A refusal that is definite for the attempts that have begun. It reaches the client unless its deadline has passed. */
export function answerRefusal(next: State, key: number, attempt: number): void {
  const client = next.clients[key]!;
  if (attempt > client.expired) client.refusedUpTo = client.begun;
}

/** The attempt is over in this process. */
export function end(next: State, process: number, key: number): void {
  next.processes[process]!.handlers[key] = noHandler();
}

/** The attempt is answered; its reservation is settled in the background, by what stands under its order's id. */
export function settleInBackground(world: World, next: State, process: number, key: number): void {
  const handler = next.processes[process]!.handlers[key]!;
  handler.state = isAdmittedBy(world, next.mysql.orders[key]!, handler.epoch)
    ? HANDLER.confirming
    : HANDLER.releasing;
}

/** Whether one more script may run late. */
export const mayBeLate = ({ state }: Step): boolean => state.late.length < 2;
