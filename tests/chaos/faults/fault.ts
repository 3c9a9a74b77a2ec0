import { findExecutable } from '../../../scripts/stores/find-server.ts';
import type { ChaosSystem } from '../chaos-system.ts';
import type { Products } from '../products.ts';

/** Ends the fault. */
export type Heal = () => Promise<void>;

export interface Fault {
  /** As `--only` takes it. */
  readonly name: string;
  /** What happens, for a person. */
  readonly what: string;
  /** What clients should observe during the fault. */
  readonly answer: string;
  /** Seconds until it is healed. */
  readonly lastsS?: number;
  /** The system cannot be used for other faults afterwards. */
  readonly spoilsSystem?: true;
  /** @returns why it cannot be injected on this machine, a sentence; null where it can */
  readonly obstacle?: () => string | null;
  /** Orders that are confirmed between its begin and its end may be lost. */
  readonly losesOrders?: true;
  /** Resolves when the fault is there. @returns what heals it */
  inject(system: ChaosSystem, products: Products): Promise<Heal>;
}

/** Repeats an action at an interval, in milliseconds, until the fault is healed. A failure does not end it. */
export function repeatedly(everyMs: number, work: () => Promise<unknown> | void): Heal {
  let isOver = false;
  let underWay: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    underWay = underWay.then(() => (isOver ? undefined : work())).catch(() => undefined);
  }, everyMs);
  return async () => {
    isOver = true;
    clearInterval(timer);
    await underWay;
  };
}

/** Why a fault that changes the limits of a running process cannot be injected here. */
export const withoutPrlimit: string | null = findExecutable(['prlimit'])
  ? null
  : 'prlimit is not here (Linux, package util-linux).';
