/**
 * The rules of the purchase protocol, each with what a build without it does. The model follows them all; a mutant leaves one out.
 * `mutants.test.ts` shows for each that an invariant breaks.
 */
export const RULES = {
  gateOfThisServer: 'a gate that another Redis server wrote is taken for open',
  gateAtMysqlEpoch: "a gate below MySQL's epoch does not count as not ready",
  gateLast: "the gate is opened before the new epoch's keys are written",
  gateUnderLock: 'the gate is opened without a check of the lock and the server',
  mysqlIdentity: 'numbers that came from another MySQL server are sold from',
  epochBeyondGate: "a rebuild bumps MySQL's epoch without regard to the gate's",
  epochInUpdate: 'UPDATE stock does not compare the epoch',
  stockGuard: 'UPDATE stock does not compare sold + n with total',
  holdingInTransaction: 'the transaction does not check the limit',
  settledStaysKnown: 'a settled key is admitted once more',
  deadlineInScript: 'the script admits an attempt after its deadline',
  lookBeforeRefusal: 'a refusal is given without a look-up in MySQL',
  refusalRemembered: 'a refusal leaves no trace for older attempts',
  refusalMeetsReservation: 'a refusal is remembered although an older attempt has a reservation',
  refusalInOneEpoch: 'a refusal is remembered although a rebuild has come between',
  refusalOnThisServer: 'a refusal is remembered beside a gate that another Redis server wrote',
  refusalsLostAt: 'a rebuild after a loss does not write since when refusals are remembered',
  answerAfterCommit: 'the answer goes out before COMMIT',
  tombstoneAfterLostCommit: 'a plain SELECT resolves a COMMIT that was not answered',
  tombstoneBeforeRelease: 'a purchase that cannot be written is released without a tombstone',
  tombstoneOfReaper: 'the reaper releases without a tombstone',
  tombstoneForSettledKey: 'a settled key without a row is answered PurchaseAbandoned without a tombstone',
  tombstoneOnAbandon: 'abandonPurchase takes a missing row for the answer',
  confirmOwnReservation: 'a replay confirms whatever reservation it has',
  keysOfReservation: "confirm and release use the current epoch's keys",
  movementStamp: 'a movement is applied in whatever epoch the gate is at',
  movementWaits: 'a movement above the gate is dropped',
  movementOnce: 'no set of applied movements',
  returnLowersHolding: 'a return leaves the holding in Redis',
} as const;

export type Rule = keyof typeof RULES;

/** Which rules hold. */
export type Rules = Readonly<Record<Rule, boolean>>;

export const rulesWithout = (...left: readonly Rule[]): Rules =>
  Object.fromEntries(Object.keys(RULES).map((rule) => [rule, !left.includes(rule as Rule)])) as Rules;
