import type { AttackedSystem } from './attacked-system.ts';

/** One attack on the running system. An area's file is a table of them. */
export interface Attack {
  /** What the attacker does, as the subject of a sentence: `a thousand connections that send nothing`. */
  readonly attack: string;
  /** What the system answers, as the rest of that sentence: `do not keep other clients out`. */
  readonly gets: string;
  /** Attacks, and asserts with `expect` what came of it. */
  readonly run: (system: AttackedSystem) => Promise<void>;
}
