import { attemptActions } from './actions/attempt.ts';
import { batchActions } from './actions/batch.ts';
import { faultActions } from './actions/faults.ts';
import { reaperActions } from './actions/reaper.ts';
import { rebuildActions } from './actions/rebuild.ts';
import { movementActions } from './actions/relay.ts';
import { clone } from './clone.ts';
import { decode, encode } from './codec.ts';
import { firstState, type Configuration } from './configuration.ts';
import { brokenAtRest, brokenIn, type Invariant } from './invariants.ts';
import { rulesWithout, type Rules } from './rules.ts';
import type { State } from './state.ts';
import { Step, type Taken, type Who } from './step.ts';
import { rename, swapKeys, swapProcesses } from './symmetry.ts';
import { fingerprintOf, Visited, type Fingerprint } from './visited.ts';

export interface SearchOptions {
  readonly rules?: Rules;
  /** The search ends when it has found so many. */
  readonly maxStates?: number;
}

export interface Progress {
  readonly states: number;
  /** Of those, how many are still to be visited. */
  readonly waiting: number;
}

export interface Violation {
  readonly invariant: Invariant;
  /** What happened, from the first state on. */
  readonly trace: readonly string[];
}

export interface SearchResult {
  readonly states: number;
  /** Of those, in how many nothing was left to be done. */
  readonly atRest: number;
  /** Whether no state is left that was not visited. */
  readonly isComplete: boolean;
  readonly violation: Violation | null;
}

const PER_PART = 4_096;

/** Visits every state that can be reached, those with the fewest steps first, so that a trace is as short as any. */
export function search(configuration: Configuration, options: SearchOptions = {}): SearchResult {
  const parts = searchInParts(configuration, options);
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/** The same, a few thousand states at a time, so that a caller can do something in between, or stop. */
export function* searchInParts(
  configuration: Configuration,
  { rules = rulesWithout(), maxStates = Number.POSITIVE_INFINITY }: SearchOptions,
): Generator<Progress, SearchResult> {
  const world = { configuration, rules };
  const visited = new Visited();
  const first = firstState(configuration);
  const waiting = new Queue<Uint8Array>();
  visited.add(fingerprintOf(encode(first)), -1);
  waiting.push(encode(first).slice());

  let atRest = 0;
  for (let number = 0; waiting.length > 0; number++) {
    if (visited.size >= maxStates) break;
    if (number % PER_PART === PER_PART - 1) yield { states: visited.size, waiting: waiting.length };
    const bytes = waiting.shift();
    const state = decode(bytes);
    const own = fingerprintOf(encode(state));
    let broken: Invariant | null = null;
    let hasWork = false;
    const step = new Step(
      state,
      configuration,
      rules,
      () => clone(state),
      (taken) => {
        broken ??= brokenIn(taken.state, world);
        rename(taken.state, configuration);
        const encoded = encode(taken.state);
        const fingerprint = fingerprintOf(encoded);
        if (taken.isWork && !isSame(fingerprint, own)) hasWork = true;
        if (visited.add(fingerprint, number)) waiting.push(encoded.slice());
      },
    );
    takeAll(step);
    if (!hasWork) {
      atRest++;
      broken ??= brokenAtRest(state, world);
    }
    if (broken !== null) {
      const trace = retrace(first, visited.pathTo(number), world, broken);
      return { states: visited.size, atRest, isComplete: false, violation: { invariant: broken, trace } };
    }
  }
  return { states: visited.size, atRest, isComplete: waiting.length === 0, violation: null };
}

/** All that can happen next. */
function takeAll(step: Step): void {
  attemptActions(step);
  batchActions(step);
  reaperActions(step);
  rebuildActions(step);
  movementActions(step);
  faultActions(step);
}

const isSame = (a: Fingerprint, b: Fingerprint): boolean => a.high === b.high && a.low === b.low;

interface World {
  readonly configuration: Configuration;
  readonly rules: Rules;
}

/**
 * Takes the steps of a path once more, without new names for processes and keys on the way.
 *
 * @param broken by the last state of the path, or by a step from there
 */
function retrace(
  first: State,
  [, ...path]: readonly Fingerprint[],
  world: World,
  broken: Invariant,
): string[] {
  const trace: string[] = [];
  let state = first;
  for (const fingerprint of path) {
    const taken = findStep(state, world, (next) => isRenamed(next, fingerprint, world.configuration));
    if (!taken) throw new Error('A step of the trace is not found again.');
    trace.push(describe(taken));
    state = taken.state;
  }
  const last = findStep(state, world, (next) => brokenIn(next, world) === broken);
  return last ? [...trace, describe(last)] : trace;
}

function findStep(state: State, world: World, isWanted: (next: State) => boolean): Taken | null {
  const found: Taken[] = [];
  const take = (taken: Taken) => {
    if (found.length === 0 && isWanted(taken.state)) found.push(taken);
  };
  takeAll(new Step(state, world.configuration, world.rules, () => clone(state), take));
  return found[0] ?? null;
}

/** Whether a state is the one with the fingerprint, but for the names of processes and keys. */
function isRenamed(state: State, fingerprint: Fingerprint, configuration: Configuration): boolean {
  const other = clone(state);
  for (const isOfKeys of [false, true, false, true]) {
    const renamed = clone(other);
    rename(renamed, configuration);
    if (isSame(fingerprintOf(encode(renamed)), fingerprint)) return true;
    if (isOfKeys) swapKeys(other, configuration.sameUser);
    else swapProcesses(other);
  }
  return false;
}

const describe = ({ action, who }: Taken): string => `${nameOf(who)}${action}`;

function nameOf({ process, key }: Who): string {
  const names = [
    process === undefined ? null : `process ${'AB'[process]!}`,
    key === undefined ? null : `key ${key + 1}`,
  ].filter((name) => name !== null);
  return names.length > 0 ? `${names.join(', ')}: ` : '';
}

/** First in, first out, without moving what waits. */
class Queue<Item> {
  #in: Item[] = [];
  #out: Item[] = [];

  get length(): number {
    return this.#in.length + this.#out.length;
  }

  push(item: Item): void {
    this.#in.push(item);
  }

  shift(): Item {
    if (this.#out.length === 0) {
      this.#out = this.#in.reverse();
      this.#in = [];
    }
    return this.#out.pop()!;
  }
}
