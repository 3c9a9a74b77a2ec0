import { LRUCache } from 'lru-cache';
import type { SubgraphAnswer } from '../../platform/http/subgraph-reply.ts';

/** A read that has been under way for longer is not joined, so that nobody waits for one that hangs. In milliseconds. */
const JOINED_WITHIN_MS = 1_000;

export interface SharedReadsOptions {
  /** Memory for answers that may be given again; 0: none is. */
  readonly maxBytes: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface Reading {
  readonly begunAt: number;
  readonly answer: Promise<SubgraphAnswer>;
}

/**
 * What anonymous callers read of one subgraph. When a sale is about to open, thousands ask for the same page: those who ask
 * while another is being answered share its answer, and an answer that the subgraph lets be kept is given again for that long.
 */
export class SharedReads {
  readonly #underWay = new Map<string, Reading>();
  readonly #fresh: LRUCache<string, SubgraphAnswer> | null;
  readonly #now: () => number;

  constructor({ maxBytes, now = () => performance.now() }: SharedReadsOptions) {
    this.#now = now;
    this.#fresh = maxBytes > 0 ? new LRUCache({ maxSize: maxBytes, perf: { now }, ttlResolution: 0 }) : null;
  }

  /**
   * @param key all that the answer depends on
   * @param ask is called only when nobody else has asked
   */
  find(key: string, ask: () => Promise<SubgraphAnswer>): Promise<SubgraphAnswer> {
    const kept = this.#fresh?.get(key);
    if (kept) return Promise.resolve(kept);
    const now = this.#now();
    const known = this.#underWay.get(key);
    if (known && now - known.begunAt < JOINED_WITHIN_MS) return known.answer;

    const reading: Reading = { begunAt: now, answer: ask() };
    this.#underWay.set(key, reading);
    reading.answer.then(
      (answer) => {
        this.#forget(key, reading);
        this.#keep(key, answer);
      },
      () => this.#forget(key, reading),
    );
    return reading.answer;
  }

  #forget(key: string, reading: Reading): void {
    if (this.#underWay.get(key) === reading) this.#underWay.delete(key);
  }

  #keep(key: string, answer: SubgraphAnswer): void {
    if (answer.freshForMs === 0) return;
    // Two bytes a character, at the most.
    const size = 2 * (key.length + answer.text.length);
    this.#fresh?.set(key, answer, { ttl: answer.freshForMs, size });
  }
}
