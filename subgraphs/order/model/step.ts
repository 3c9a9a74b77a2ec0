import type { Configuration } from './configuration.ts';
import type { Rules } from './rules.ts';
import type { Budget, State } from './state.ts';

/** Who acts, in a trace. */
export interface Who {
  readonly process?: number;
  readonly key?: number;
}

export interface Taken {
  readonly action: string;
  readonly who: Who;
  readonly state: State;
  /** A step of the system itself: without one it is at rest, until a client or a fault acts. */
  readonly isWork: boolean;
}

/** All that can happen next in one state. */
export class Step {
  readonly state: State;
  readonly configuration: Configuration;
  readonly rules: Rules;
  readonly #copy: () => State;
  readonly #take: (taken: Taken) => void;

  constructor(
    state: State,
    configuration: Configuration,
    rules: Rules,
    copy: () => State,
    take: (taken: Taken) => void,
  ) {
    this.state = state;
    this.configuration = configuration;
    this.rules = rules;
    this.#copy = copy;
    this.#take = take;
  }

  /** A step of the system. @param change what it does to a copy of the state */
  work(action: string, who: Who, change: (next: State) => void): void {
    this.#go(action, who, change, true);
  }

  /** Something from outside, or time that passes. */
  happen(action: string, who: Who, change: (next: State) => void): void {
    this.#go(action, who, change, false);
  }

  #go(action: string, who: Who, change: (next: State) => void, isWork: boolean): void {
    const state = this.#copy();
    change(state);
    this.#take({ action, who, state, isWork });
  }

  /** Something from outside that happens a limited number of times. */
  limited(kind: keyof Budget, action: string, who: Who, change: (next: State) => void): void {
    if (this.state.budget[kind] === 0) return;
    this.happen(action, who, (next) => {
      next.budget[kind]--;
      change(next);
    });
  }

  /** A fault, of all of which a limited number happens. */
  fault(kind: keyof Budget, action: string, who: Who, change: (next: State) => void): void {
    if (this.state.budget.faults === 0) return;
    this.limited(kind, `FAULT: ${action}`, who, (next) => {
      next.budget.faults--;
      change(next);
    });
  }
}
