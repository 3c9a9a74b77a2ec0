import { LRUCache } from 'lru-cache';
import type { SubgraphResponse } from '../../platform/subgraph-client/reply.ts';

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
  readonly client: string;
  readonly turn: { readonly hasBegun: boolean };
  readonly answer: Promise<SubgraphResponse>;
}

/**
 * What anonymous callers read of one subgraph. When a sale is about to open, thousands ask for the same page: those who ask
 * while another is being answered share its answer, and an answer that the subgraph lets be kept is given again for that long.
 */
export class SharedReads {
  readonly #underWay = new Map<string, Reading>();
  readonly #fresh: LRUCache<string, SubgraphResponse> | null;
  readonly #now: () => number;

  constructor({ maxBytes, now = () => performance.now() }: SharedReadsOptions) {
    this.#now = now;
    this.#fresh = maxBytes > 0 ? new LRUCache({ maxSize: maxBytes, perf: { now }, ttlResolution: 0 }) : null;
  }

  /**
   * An answer that may be given again, or one that is under way. One that waits for its turn is shared with its own client only: in the queue
   * of another client, which may have sent a thousand questions before it, others would wait for that client's turns.
   *
   * @param key all that the answer depends on
   * @param client `clientKeyOf` the caller
   */
  find(key: string, client: string): Promise<SubgraphResponse> | undefined {
    const kept = this.#kept(key);
    if (kept) return Promise.resolve(kept);
    const known = this.#underWay.get(key);
    if (!known || this.#now() - known.begunAt >= JOINED_WITHIN_MS) return undefined;
    return known.turn.hasBegun || known.client === client ? known.answer : undefined;
  }

  /**
   * As `find`, and asks where that finds nothing.
   *
   * @param ask must call `begins` when the turn of the question has come: it returns the answer that came to another client meanwhile
   */
  read(
    key: string,
    client: string,
    ask: (begins: () => SubgraphResponse | undefined) => Promise<SubgraphResponse>,
  ): Promise<SubgraphResponse> {
    const found = this.find(key, client);
    if (found) return found;
    const turn = { hasBegun: false };
    const answer = ask(() => {
      turn.hasBegun = true;
      return this.#kept(key);
    });
    const reading: Reading = { begunAt: this.#now(), client, turn, answer };
    this.#underWay.set(key, reading);
    answer.then(
      (given) => {
        this.#forget(key, reading);
        this.#keep(key, given);
      },
      () => this.#forget(key, reading),
    );
    return answer;
  }

  /** @returns an answer that may be given again, for what is left of its time */
  #kept(key: string): SubgraphResponse | undefined {
    const kept = this.#fresh?.get(key);
    return kept && { ...kept, freshForMs: this.#fresh!.getRemainingTTL(key) };
  }

  #forget(key: string, reading: Reading): void {
    if (this.#underWay.get(key) === reading) this.#underWay.delete(key);
  }

  #keep(key: string, answer: SubgraphResponse): void {
    if (answer.freshForMs === 0) return;
    // Two bytes a character, at the most.
    const size = 2 * (key.length + answer.text.length);
    this.#fresh?.set(key, answer, { ttl: answer.freshForMs, size });
  }
}
