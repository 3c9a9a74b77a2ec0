import { configuration, type Configuration } from './configuration.ts';
import type { Invariant } from './invariants.ts';
import type { Rule } from './rules.ts';

export interface Mutant {
  /** In which the violation is found. */
  readonly configuration: Configuration;
  /** What breaks first. */
  readonly breaks: Invariant;
}

const NUMBERS = 'at rest both stores have the same numbers';
const FINAL = 'a definite refusal is final';

const HOLDINGS = 'at rest both stores have the same holdings';
const SELLABLE = 'at rest the product can be sold from';
const LEFT = 'at rest no unit is left that the script refuses';

function mutant(breaks: Invariant, given: Parameters<typeof configuration>[1]): Mutant {
  return { breaks, configuration: configuration('a mutant', given) };
}

/** One key, under which one attempt is made. */
const ONE = { attempts: [1, 0] } as const;
/** The only unit is sold; of the other key there are two attempts. */
const SOLD = { isBought: true, attempts: [2, 1] } as const;
/** The buyer of a unit makes a second attempt. */
const AGAIN = { isBought: true, attempts: [0, 2] } as const;

/** For each rule the smallest case that is known in which a protocol without it breaks an invariant. */
export const MUTANTS: Readonly<Record<Rule, Mutant>> = {
  gateOfThisServer: mutant(NUMBERS, { budget: { faults: 1, redisLost: 1, snapshot: 1 } }),
  gateAtMysqlEpoch: mutant(SELLABLE, { ...ONE, budget: { faults: 1, repair: 1, crash: 1 } }),
  gateLast: mutant(HOLDINGS, { ...AGAIN, limit: 1, budget: { faults: 2, redisLost: 1, crash: 1 } }),
  gateUnderLock: mutant(LEFT, {
    isBought: true,
    attempts: [0, 1],
    budget: { faults: 2, redisLost: 1, lockLost: 1, cancel: 1 },
  }),
  mysqlIdentity: mutant(NUMBERS, { budget: { faults: 1, mysqlLost: 1, snapshot: 1 } }),
  epochBeyondGate: mutant(NUMBERS, {
    ...ONE,
    budget: { faults: 2, mysqlLost: 1, repair: 1, crash: 1, snapshot: 1 },
  }),
  epochInUpdate: mutant(NUMBERS, { ...ONE, budget: { faults: 1, redisLost: 1 } }),
  stockGuard: mutant('nothing is oversold', { budget: { restock: 1 } }),
  holdingInTransaction: mutant('no user holds more than the limit', {
    total: 2,
    limit: 1,
    sameUser: true,
    admitsAll: true,
    budget: {},
  }),
  settledStaysKnown: mutant(NUMBERS, { ...AGAIN, total: 2, budget: {} }),
  deadlineInScript: mutant(FINAL, { ...SOLD, deadlines: true, budget: { cancel: 1 } }),
  lookBeforeRefusal: mutant(FINAL, { ...AGAIN, budget: { faults: 1, redisLost: 1 } }),
  refusalRemembered: mutant(FINAL, { ...SOLD, budget: { cancel: 1 } }),
  refusalMeetsReservation: mutant(FINAL, { ...SOLD, budget: { cancel: 1 } }),
  refusalInOneEpoch: mutant(FINAL, { ...SOLD, budget: { repair: 1, cancel: 1 } }),
  refusalOnThisServer: mutant(FINAL, {
    ...SOLD,
    budget: { faults: 1, redisLost: 1, snapshot: 1, cancel: 1 },
  }),
  refusalsLostAt: mutant(FINAL, { ...SOLD, budget: { faults: 1, redisLost: 1, cancel: 1 } }),
  answerAfterCommit: mutant('a confirmed order exists', { ...ONE, budget: {} }),
  tombstoneAfterLostCommit: mutant(NUMBERS, { ...ONE, budget: { faults: 1, commitLost: 1 } }),
  tombstoneBeforeRelease: mutant(FINAL, { attempts: [2, 0], budget: { faults: 1, unwritable: 1 } }),
  tombstoneOfReaper: mutant(NUMBERS, { ...ONE, budget: {} }),
  tombstoneForSettledKey: mutant('an abandoned purchase has no order', {
    attempts: [3, 0],
    budget: { faults: 1, mysqlLost: 1, snapshot: 1 },
  }),
  tombstoneOnAbandon: mutant('an abandoned purchase has no order', { ...ONE, budget: { abandon: 1 } }),
  confirmOwnReservation: mutant(NUMBERS, { ...AGAIN, total: 2, budget: { repair: 1 } }),
  keysOfReservation: mutant(NUMBERS, { attempts: [2, 0], total: 2, budget: { repair: 1 } }),
  movementStamp: mutant(NUMBERS, { isBought: true, attempts: [0, 1], budget: { repair: 1, cancel: 1 } }),
  movementWaits: mutant(NUMBERS, { isBought: true, attempts: [0, 1], budget: { repair: 1, cancel: 1 } }),
  movementOnce: mutant(NUMBERS, { isBought: true, attempts: [0, 1], budget: { cancel: 1 } }),
  returnLowersHolding: mutant(HOLDINGS, {
    isBought: true,
    attempts: [0, 1],
    limit: 1,
    budget: { cancel: 1 },
  }),
};
