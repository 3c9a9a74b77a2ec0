import { userOf } from './configuration.ts';
import { readyNumbers, remaining } from './scripts.ts';
import { isOrder, MAX_EPOCH, MOVEMENT, RECORD, ROW, type State } from './state.ts';
import type { Step } from './step.ts';

type World = Pick<Step, 'configuration' | 'rules'>;
type Holds = (state: State, world: World) => boolean;

const holding = ({ mysql }: State): number[] =>
  mysql.orders.flatMap(({ row }, key) => (row === ROW.order ? [key] : []));

/** What holds in every state. */
const ALWAYS = {
  'nothing is oversold': ({ mysql }) => mysql.sold >= 0 && mysql.sold <= mysql.total,
  'each unit that is sold has one order': (state) => holding(state).length === state.mysql.sold,
  'a confirmed order exists': ({ mysql, clients }) =>
    clients.every(({ wasConfirmed }, key) => !wasConfirmed || isOrder(mysql.orders[key]!)),
  'an abandoned purchase has no order': ({ mysql, clients }) =>
    clients.every(({ wasAbandoned }, key) => !wasAbandoned || !isOrder(mysql.orders[key]!)),
  'a definite refusal is final': ({ mysql, clients }) =>
    mysql.orders.every((order, key) => !isOrder(order) || order.attempt > clients[key]!.refusedUpTo),
  'no user holds more than the limit': (state, { configuration }) =>
    configuration.limit === 0 ||
    [0, 1].every(
      (user) =>
        holding(state).filter((key) => userOf(configuration, key) === user).length <= configuration.limit,
    ),
} satisfies Record<string, Holds>;

/** What holds when neither process has anything left to do. */
const AT_REST = {
  'at rest the product can be sold from': (state, world) => {
    const redis = state.redis.at(-1)!;
    return readyNumbers(world, redis, redis.gateEpoch)?.isWritten === 1 && !state.isStale;
  },
  'at rest nothing is reserved': (state) => !current(state).records.includes(RECORD.reserved),
  'at rest both stores have the same numbers': (state) =>
    isBehind(state) ||
    (current(state).total === state.mysql.total && current(state).sold === state.mysql.sold),
  'at rest no unit is left that the script refuses': (state) =>
    remaining(current(state)) > 0 || state.mysql.total === state.mysql.sold,
  'at rest both stores have the same holdings': (state, { configuration }) =>
    configuration.limit === 0 ||
    isBehind(state) ||
    current(state).held.every((held, user) => held === state.mysql.held[user]),
  'at rest every movement is applied': ({ mysql }) =>
    mysql.movements.every(({ state: at }) => at !== MOVEMENT.written),
} satisfies Record<string, Holds>;

/** A rebuild has died. The batch of the next purchase finds that out. */
const isBehind = ({ redis, mysql }: State): boolean => redis.at(-1)!.gateEpoch < mysql.epoch;

const current = (state: State) => {
  const redis = state.redis.at(-1)!;
  return redis.epochs[redis.gateEpoch]!;
};

export type Invariant = keyof typeof ALWAYS | keyof typeof AT_REST;

const always = Object.entries(ALWAYS) as [Invariant, Holds][];
const atRest = Object.entries(AT_REST) as [Invariant, Holds][];

export const INVARIANTS: readonly Invariant[] = [...always, ...atRest].map(([name]) => name);

/** @returns the first invariant that does not hold */
export const brokenIn = (state: State, world: World): Invariant | null =>
  always.find(([, holds]) => !holds(state, world))?.[0] ?? null;

/** The same, of a state at rest. Where the model has run out of epochs, nothing is said. */
export function brokenAtRest(state: State, world: World): Invariant | null {
  if (state.mysql.epoch >= MAX_EPOCH) return null;
  return atRest.find(([, holds]) => !holds(state, world))?.[0] ?? null;
}
