/** Give-backs and a restock, and how they come into Redis's numbers: `orders/return-units.ts`, `stock/movement-relay.ts`. */
import { userOf } from '../configuration.ts';
import { applyMovement, RESTOCK } from '../scripts.ts';
import { KEYS, MOVEMENT, noLate, PROCESSES, ROW, SCRIPT } from '../state.ts';
import type { Step } from '../step.ts';
import { isOrderLocked, isStockLocked, mayBeLate, redisOf } from './common.ts';

export function movementActions(step: Step): void {
  write(step);
  const { state } = step;
  for (let process = 0; process < PROCESSES; process++) {
    const { relay } = state.processes[process]!;
    if (relay > 0)
      step.work('relay: marks the movement as applied', { process }, (next) => {
        const movement = next.mysql.movements[relay - 1]!;
        if (movement.state === MOVEMENT.written) movement.state = MOVEMENT.applied;
        next.processes[process]!.relay = 0;
      });
    else
      state.mysql.movements.forEach((movement, index) => {
        if (movement.state === MOVEMENT.written) apply(step, process, index, movement.epoch);
      });
  }
}

/** One transaction each, with the stock row last, by whose lock the epoch of the stamp is read. */
function write(step: Step): void {
  const { state, configuration } = step;
  if (isStockLocked(state)) return;
  for (let key = 0; key < KEYS; key++)
    if (state.mysql.orders[key]!.row === ROW.order && !isOrderLocked(state, key))
      step.limited(
        'cancel',
        'the order is cancelled, its unit is given back in MySQL',
        { key },
        ({ mysql }) => {
          mysql.orders[key]!.row = ROW.cancelled;
          mysql.sold--;
          if (configuration.limit > 0) mysql.held[userOf(configuration, key)]!--;
          mysql.movements[key] = { state: MOVEMENT.written, epoch: mysql.epoch };
        },
      );
  if (state.mysql.total > state.mysql.sold)
    step.limited('restock', 'the total is lowered by one in MySQL', {}, ({ mysql }) => {
      mysql.total--;
      mysql.movements[RESTOCK] = { state: MOVEMENT.written, epoch: mysql.epoch };
    });
}

function apply(step: Step, process: number, movement: number, epoch: number): void {
  const source = step.state.mysql.server;
  const who = movement === RESTOCK ? { process } : { process, key: movement };
  // One that is not applied stays as it was.
  const probe = redisOf(step.state, process);
  if (probe.isReadOnly || probe.gateEpoch === 0) return;
  step.work('relay: the script applies the movement, or a rebuild has counted it', who, (next) => {
    if (applyMovement(step, redisOf(next, process), { movement, epoch, source }))
      next.processes[process]!.relay = movement + 1;
  });
  if (mayBeLate(step))
    step.fault('timeout', 'applyMovement is not answered', who, (next) => {
      next.late.push({
        ...noLate(),
        script: SCRIPT.applyMovement,
        redis: next.processes[process]!.redis,
        key: movement,
        epoch,
        source,
      });
    });
}
