/**
 * Two states that differ only in which process or which key is which are as good as one. So keys and processes are put in an order,
 * by numbers that describe most of them. Where two have equal numbers, both states are searched: that costs time only.
 */
import type { Configuration } from './configuration.ts';
import { NO_PROCESS, SCRIPT, type MySql, type Redis, type State } from './state.ts';

/** Names keys and processes anew, in their order. */
export function rename(s: State, { attempts, isBought, sameUser }: Configuration): void {
  const areKeysAlike = attempts[0] === attempts[1] && !isBought;
  if (areKeysAlike && numberOfKey(s, 0) > numberOfKey(s, 1)) swapKeys(s, sameUser);
  if (numberOfProcess(s, 0) > numberOfProcess(s, 1)) swapProcesses(s);
}

function numberOfKey({ clients, mysql, redis, processes, transaction }: State, key: number): number {
  const { begun, refusedUpTo, expired } = clients[key]!;
  const { row, epoch, attempt } = mysql.orders[key]!;
  const last = redis[redis.length - 1]!;
  const [a, b] = [processes[0]!.handlers[key]!, processes[1]!.handlers[key]!];
  let number = begun;
  number = number * 4 + row;
  number = number * 8 + epoch;
  number = number * 4 + attempt;
  number = number * 4 + last.epochs[last.gateEpoch]!.records[key]!;
  number = number * 32 + a.state + b.state;
  number = number * 128 + a.state * b.state;
  number = number * 16 + a.epoch + b.epoch;
  number = number * 4 + refusedUpTo;
  number = number * 4 + expired;
  number = number * 4 + last.refused[key]!;
  return number * 2 + ((transaction.keys >> key) & 1);
}

function numberOfProcess({ processes, transaction }: State, process: number): number {
  const { handlers, rebuild, reaper, relay, redis } = processes[process]!;
  const [first, second] = [handlers[0]!, handlers[1]!];
  let number = first.state * 16 + second.state;
  number = number * 8 + first.epoch;
  number = number * 8 + second.epoch;
  number = number * 4 + first.attempt;
  number = number * 4 + second.attempt;
  number = number * 8 + rebuild.state;
  number = number * 8 + rebuild.epoch;
  number = number * 4 + reaper.state;
  number = number * 4 + relay;
  number = number * 2 + redis;
  return number * 2 + (transaction.owner === process + 1 ? 1 : 0);
}

export function swapProcesses(s: State): void {
  swap(s.processes);
  s.transaction.owner = otherProcess(s.transaction.owner);
  for (const redis of serversOf(s)) redis.lock = otherProcess(redis.lock);
}

export function swapKeys(s: State, haveOneUser: boolean): void {
  swap(s.clients);
  const { transaction } = s;
  transaction.keys = ((transaction.keys & 1) << 1) | (transaction.keys >> 1);
  swap(transaction.attempts);
  for (const process of s.processes) {
    swap(process.handlers);
    const { reaper, rebuild } = process;
    if (reaper.state) reaper.key = 1 - reaper.key;
    swap(rebuild.begun);
    if (!haveOneUser) swap(rebuild.held);
    process.relay = [0, 2, 1, 3][process.relay]!;
  }
  for (const late of s.late)
    if (late.script !== SCRIPT.applyMovement || late.key < 2) late.key = 1 - late.key;
  for (const redis of serversOf(s)) {
    swap(redis.refused);
    swap(redis.lostAt);
    for (const { held, records, applied } of redis.epochs) {
      swap(records);
      swap(applied);
      if (!haveOneUser) swap(held);
    }
  }
  for (const mysql of [s.mysql, s.mysqlReplica]) if (mysql) swapKeysOfMySql(mysql, haveOneUser);
}

function swapKeysOfMySql({ orders, movements, held }: MySql, haveOneUser: boolean): void {
  swap(orders);
  swap(movements);
  if (!haveOneUser) swap(held);
}

const serversOf = ({ redis, redisReplica }: State): Redis[] =>
  redisReplica ? [...redis, redisReplica] : redis;

const otherProcess = (process: number): number =>
  process === 0 || process === NO_PROCESS ? process : 3 - process;

/** The first two. */
function swap<Item>(items: Item[]): void {
  const [first, second] = items as [Item, Item];
  items[0] = second;
  items[1] = first;
}
