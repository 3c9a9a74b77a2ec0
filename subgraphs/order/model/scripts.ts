/** What the scripts in `stock/lua/` do, each in one step, since Redis runs one at a time. */
import { userOf, type Configuration } from './configuration.ts';
import type { Rules } from './rules.ts';
import { RECORD, type Client, type Numbers, type Redis } from './state.ts';

export interface World {
  readonly rules: Rules;
  readonly configuration: Configuration;
}

/** In the order of the checks in `reserve-8.lua`. */
export type ReserveReply =
  'notReady' | 'tooLate' | 'settled' | 'reserved' | 'overLimit' | 'soldOut' | 'superseded';

/** @returns the numbers of an epoch, when the gate of this very server is at it */
export function readyNumbers({ rules }: World, redis: Redis, epoch: number): Numbers | null {
  if (epoch === 0 || redis.gateEpoch !== epoch) return null;
  if (rules.gateOfThisServer && redis.gateServer !== redis.server) return null;
  return redis.epochs[epoch]!;
}

/** @param source id of the MySQL server that what is admitted will be written to */
export function reserve(
  world: World,
  redis: Redis,
  client: Client,
  { key, attempt, epoch, source }: { key: number; attempt: number; epoch: number; source: number },
): ReserveReply {
  const { rules, configuration } = world;
  const numbers = readyNumbers(world, redis, epoch);
  if (redis.isReadOnly || !numbers?.isWritten) return 'notReady';
  if (rules.mysqlIdentity && numbers.source !== source) return 'notReady';
  if (rules.deadlineInScript && attempt <= client.expired) return 'tooLate';
  const record = numbers.records[key]!;
  if (record === RECORD.settled && rules.settledStaysKnown) return 'settled';
  if (record === RECORD.reserved) return 'reserved';
  const user = userOf(configuration, key);
  const { limit, admitsAll } = configuration;
  if (limit > 0 && numbers.held[user]! + 1 > limit && !admitsAll) return 'overLimit';
  if (remaining(numbers) < 1 && !admitsAll) return 'soldOut';
  if (attempt <= Math.max(redis.refused[key]!, redis.lostAt[key]!)) return 'superseded';
  numbers.records[key] = RECORD.reserved;
  if (configuration.limit > 0) numbers.held[user]!++;
  return 'reserved';
}

/** `total - sold - reserved`, where `reserved` counts the open reservations. */
export const remaining = ({ total, sold, records }: Numbers): number =>
  total - sold - records.filter((record) => record === RECORD.reserved).length;

/** A reservation whose order is committed becomes a sold unit; anything else is left alone. */
export function confirm({ rules }: World, redis: Redis, key: number, epoch: number): void {
  const numbers = redis.epochs[rules.keysOfReservation ? epoch : redis.gateEpoch]!;
  if (redis.isReadOnly || numbers.records[key] !== RECORD.reserved) return;
  numbers.records[key] = RECORD.settled;
  numbers.sold++;
}

/** A reservation that will never be an order gives its unit back. */
export function release({ rules, configuration }: World, redis: Redis, key: number, epoch: number): void {
  const numbers = redis.epochs[rules.keysOfReservation ? epoch : redis.gateEpoch]!;
  if (redis.isReadOnly || numbers.records[key] !== RECORD.reserved) return;
  numbers.records[key] = RECORD.settled;
  if (configuration.limit > 0) numbers.held[userOf(configuration, key)]!--;
}

/**
 * @param seen the epoch when the refusal was decided
 * @returns whether the refusal is final: no older attempt has a reservation, as far as this epoch knows
 */
export function rememberRefusal(
  { rules }: World,
  redis: Redis,
  client: Client,
  key: number,
  seen: number,
): boolean {
  // A gate that another server wrote is none: its records may be older than they were.
  const isOwn = redis.gateServer === redis.server || !rules.refusalOnThisServer;
  const epoch = isOwn ? redis.gateEpoch : 0;
  if (rules.refusalMeetsReservation && redis.epochs[epoch]!.records[key] !== RECORD.none) return false;
  if (rules.refusalRemembered) redis.refused[key] = client.begun;
  return !rules.refusalInOneEpoch || epoch === seen;
}

/** @returns whether the movement is in the numbers now */
export function applyMovement(
  world: World,
  redis: Redis,
  { movement, epoch, source }: { movement: number; epoch: number; source: number },
): boolean {
  const { rules, configuration } = world;
  if (redis.isReadOnly) return false;
  const numbers = readyNumbers(world, redis, redis.gateEpoch);
  if (!numbers) return false;
  if (redis.gateEpoch < epoch && rules.movementStamp) return !rules.movementWaits;
  if (redis.gateEpoch > epoch && rules.movementStamp) return true;
  if (rules.mysqlIdentity && numbers.source !== source) return false;
  if (numbers.applied[movement] && rules.movementOnce) return true;
  numbers.applied[movement] = 1;
  if (movement === RESTOCK) {
    numbers.total--;
    return true;
  }
  numbers.sold--;
  if (configuration.limit > 0 && rules.returnLowersHolding) numbers.held[userOf(configuration, movement)]!--;
  return true;
}

/** The last of `MySql.movements`. */
export const RESTOCK = 2;

/** @returns whether the gate was opened */
export function openGate(
  { rules }: World,
  redis: Redis,
  { token, epoch, server }: { token: number; epoch: number; server: number },
): boolean {
  if (redis.isReadOnly) return false;
  if (rules.gateUnderLock && (redis.lock !== token || redis.server !== server)) return false;
  redis.gateEpoch = epoch;
  redis.gateServer = server;
  return true;
}
