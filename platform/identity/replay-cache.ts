/**
 * The nonces that were accepted, each for as long as it could be accepted again. They are kept by the time at which they expire, in
 * short generations, so that forgetting costs nothing per nonce and no set grows large.
 */
export class ReplayCache {
  readonly #limit: number;
  readonly #generations = new Map<number, Set<string>>();
  #size = 0;
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  /** @param limit nonces, about 100 bytes each; at 10,000 requests a second there are 350,000 */
  constructor(limit = 1_000_000) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * @param expiresAt not in the past; milliseconds since 1970
   * @returns `accepted` once per nonce; `full` when there is no place to remember another one, which must not be accepted either
   */
  add(nonce: string, expiresAt: number, now: number): 'accepted' | 'replayed' | 'full' {
    if (this.hasForgotten(expiresAt)) return 'replayed';
    const generation = this.#generationOf(expiresAt, now);
    if (generation.has(nonce)) return 'replayed';
    if (this.#size >= this.#limit) return 'full';
    generation.add(nonce);
    this.#size++;
    return 'accepted';
  }

  /** Whether nonces that expire then were forgotten: the clock was set back, and a replay cannot be recognised. */
  hasForgotten(expiresAt: number): boolean {
    return expiresAt < this.#forgottenUntil;
  }

  #generationOf(expiresAt: number, now: number): Set<string> {
    const number = Math.floor(expiresAt / GENERATION_MS);
    let generation = this.#generations.get(number);
    if (generation) return generation;
    this.#forget(now);
    this.#generations.set(number, (generation = new Set()));
    return generation;
  }

  #forget(now: number): void {
    for (const [number, { size }] of this.#generations) {
      const end = (number + 1) * GENERATION_MS;
      if (end > now) continue;
      this.#generations.delete(number);
      this.#size -= size;
      this.#forgottenUntil = Math.max(this.#forgottenUntil, end);
    }
  }
}

const GENERATION_MS = 5_000;
