import { LRUCache } from 'lru-cache';
import type { SubgraphResponse } from '../../platform/subgraph-client/reply.ts';

/** A read that has been in progress for longer is not shared, so that no request waits for one that hangs. In milliseconds. */
const SHARED_WITHIN_MS = 1_000;

export interface ReadDeduplicationOptions {
  /** Memory for cached answers; 0: no cache. */
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
 * Request deduplication and response cache for anonymous reads from one subgraph. Just before a sale opens, thousands of clients load the
 * same page: equal reads share the one in progress, and a response that the subgraph allows to be cached is reused for that long.
 */
export class ReadDeduplication {
  readonly #underWay = new Map<string, Reading>();
  readonly #fresh: LRUCache<string, SubgraphResponse> | null;
  readonly #now: () => number;

  constructor({ maxBytes, now = () => performance.now() }: ReadDeduplicationOptions) {
    this.#now = now;
    this.#fresh = maxBytes > 0 ? new LRUCache({ maxSize: maxBytes, perf: { now }, ttlResolution: 0 }) : null;
  }

  /**
   * A cached answer, or one that is in progress. A read that is still in the queue is shared with its own client only: the queue is fair
   * between clients, and behind a thousand requests of another client it would start later than in a queue of its own.
   *
   * @param key all that the answer depends on
   * @param client `clientKeyOf` the caller
   */
  find(key: string, client: string): Promise<SubgraphResponse> | undefined {
    const kept = this.#kept(key);
    if (kept) return Promise.resolve(kept);
    const known = this.#underWay.get(key);
    if (!known || this.#now() - known.begunAt >= SHARED_WITHIN_MS) return undefined;
    return known.turn.hasBegun || known.client === client ? known.answer : undefined;
  }

  /**
   * As `find`, and sends the read where that finds nothing.
   *
   * @param send must call `begins` when the read leaves the queue: it returns the answer that another client has got in the meantime
   */
  read(
    key: string,
    client: string,
    send: (begins: () => SubgraphResponse | undefined) => Promise<SubgraphResponse>,
  ): Promise<SubgraphResponse> {
    const found = this.find(key, client);
    if (found) return found;
    const turn = { hasBegun: false };
    const answer = send(() => {
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

  /** @returns a cached answer, with what is left of its time */
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
