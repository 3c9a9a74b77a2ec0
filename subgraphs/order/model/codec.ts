import {
  emptyBudget,
  emptyRedis,
  initialState,
  MAX_EPOCH,
  noLate,
  type MySql,
  type Numbers,
  type Redis,
  type State,
} from './state.ts';

/** Longer than any state, and zero behind its end up to the next whole word. */
const bytes = new Uint8Array(2_048);
let end = 0;
let from: Uint8Array = bytes;
let at = 0;

/** Each state that is reached waits as a few bytes until it is expanded. @returns a view that the next call overwrites */
export function encode(state: State): Uint8Array {
  end = 0;
  walk(state, write);
  const length = end;
  while (end % 4 !== 0) write(0);
  return bytes.subarray(0, length);
}

/** @returns a state of its own, which may be changed */
export function decode(encoded: Uint8Array): State {
  from = encoded;
  at = 0;
  const state = { ...initialState(0, emptyBudget()), redis: [] };
  walk(state, read);
  return state;
}

/** Visits the numbers of a state in one order, so that reading and writing cannot disagree; each becomes what is returned. */
type Visit = (value: number) => number;

const write: Visit = (value) => (bytes[end++] = value);
const read: Visit = () => from[at++]!;

function walk(s: State, visit: Visit): void {
  walkMySql(s.mysql, visit);
  const t = s.transaction;
  t.owner = visit(t.owner);
  if (t.owner) {
    t.keys = visit(t.keys);
    t.epoch = visit(t.epoch);
    each(t.attempts, visit);
  }
  for (const p of s.processes) {
    p.redis = visit(p.redis);
    for (const h of p.handlers) {
      h.state = visit(h.state);
      if (h.state) {
        h.attempt = visit(h.attempt);
        h.epoch = visit(h.epoch);
      }
    }
    p.reaper.state = visit(p.reaper.state);
    if (p.reaper.state) {
      p.reaper.key = visit(p.reaper.key);
      p.reaper.epoch = visit(p.reaper.epoch);
    }
    const r = p.rebuild;
    r.state = visit(r.state);
    if (r.state) {
      r.server = visit(r.server);
      r.shown = visit(r.shown);
      r.epoch = visit(r.epoch);
      r.total = visit(r.total);
      r.sold = visit(r.sold);
      r.source = visit(r.source);
      each(r.held, visit);
      each(r.begun, visit);
    }
    p.relay = visit(p.relay);
  }
  for (const c of s.clients) {
    c.begun = visit(c.begun);
    c.expired = visit(c.expired);
    c.wasConfirmed = visit(c.wasConfirmed);
    c.wasAbandoned = visit(c.wasAbandoned);
    c.refusedUpTo = visit(c.refusedUpTo);
  }
  const b = s.budget;
  b.faults = visit(b.faults);
  b.redisLost = visit(b.redisLost);
  b.timeout = visit(b.timeout);
  b.commitLost = visit(b.commitLost);
  b.crash = visit(b.crash);
  b.mysqlLost = visit(b.mysqlLost);
  b.lockLost = visit(b.lockLost);
  b.unwritable = visit(b.unwritable);
  b.cancel = visit(b.cancel);
  b.restock = visit(b.restock);
  b.abandon = visit(b.abandon);
  b.snapshot = visit(b.snapshot);
  b.repair = visit(b.repair);
  s.isStale = visit(s.isStale);
  list(s.late, visit, noLate, (late) => {
    late.script = visit(late.script);
    late.redis = visit(late.redis);
    late.key = visit(late.key);
    late.epoch = visit(late.epoch);
    late.attempt = visit(late.attempt);
    late.source = visit(late.source);
  });
  list(s.redis, visit, noRedis, (redis) => walkRedis(redis, visit));
  s.redisReplica = visit(s.redisReplica ? 1 : 0) ? (s.redisReplica ?? noRedis()) : null;
  if (s.redisReplica) walkRedis(s.redisReplica, visit);
  s.mysqlReplica = visit(s.mysqlReplica ? 1 : 0) ? (s.mysqlReplica ?? noMySql()) : null;
  if (s.mysqlReplica) walkMySql(s.mysqlReplica, visit);
}

const noRedis = (): Redis => emptyRedis(0);
const noMySql = (): MySql => initialState(0, emptyBudget()).mysql;

function list<Item>(items: Item[], visit: Visit, none: () => Item, walkItem: (item: Item) => void): void {
  const length = visit(items.length);
  while (items.length < length) items.push(none());
  items.forEach(walkItem);
}

function walkMySql(m: MySql, visit: Visit): void {
  m.server = visit(m.server);
  m.total = visit(m.total);
  m.sold = visit(m.sold);
  m.epoch = visit(m.epoch);
  for (const order of m.orders) {
    order.row = visit(order.row);
    order.epoch = visit(order.epoch);
    order.attempt = visit(order.attempt);
  }
  each(m.held, visit);
  for (const movement of m.movements) {
    movement.state = visit(movement.state);
    movement.epoch = visit(movement.epoch);
  }
}

function walkRedis(r: Redis, visit: Visit): void {
  r.server = visit(r.server);
  r.isReadOnly = visit(r.isReadOnly);
  r.gateEpoch = visit(r.gateEpoch);
  r.gateServer = visit(r.gateServer);
  r.lock = visit(r.lock);
  each(r.refused, visit);
  each(r.lostAt, visit);
  for (let epoch = 1; epoch <= MAX_EPOCH; epoch++) walkNumbers(r.epochs[epoch]!, visit);
}

function walkNumbers(n: Numbers, visit: Visit): void {
  // One byte where there is nothing.
  const isThere = visit(isEmpty(n) ? 0 : 1);
  if (!isThere) return;
  n.isWritten = visit(n.isWritten);
  n.source = visit(n.source);
  // Both may be below zero.
  n.total = visit(n.total + 8) - 8;
  n.sold = visit(n.sold + 8) - 8;
  for (let user = 0; user < n.held.length; user++) n.held[user] = visit(n.held[user]! + 8) - 8;
  each(n.records, visit);
  each(n.applied, visit);
}

const isEmpty = (n: Numbers): boolean =>
  n.isWritten === 0 &&
  n.records[0] === 0 &&
  n.records[1] === 0 &&
  n.held[0] === 0 &&
  n.held[1] === 0 &&
  n.total === 0 &&
  n.sold === 0 &&
  n.applied[0] === 0 &&
  n.applied[1] === 0 &&
  n.applied[2] === 0;

function each(values: number[], visit: Visit): void {
  for (let i = 0; i < values.length; i++) values[i] = visit(values[i]!);
}
