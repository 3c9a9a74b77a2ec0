import { makeSigningKey } from '../../platform/config/secrets.ts';
import { createMint, type SigningKey } from '../perf/mint.ts';

const AT_ONCE = 500;

/** Tokens of distinct users, signed before anything is measured; every system gets the same ones, because all have the same key. */
export class TokenPool {
  readonly #key: SigningKey = makeSigningKey();
  readonly #tokens: string[] = [];
  /** By system: where its next tokens begin. */
  readonly #next = new Map<string, number>();

  /** Private, as `SIGNING_KEYS` takes it. */
  get signingKeys(): string {
    return JSON.stringify({ keys: [this.#key] });
  }

  /** As JSON of a JSON Web Key. */
  get publicKey(): string {
    const { kty, n, e, kid, alg, use } = this.#key;
    return JSON.stringify({ kty, n, e, kid, alg, use });
  }

  /** Makes more, until there are so many. */
  async fill(size: number, onProgress: (made: number) => void): Promise<void> {
    const mint = createMint(this.#key, LIFETIME_S);
    while (this.#tokens.length < size) {
      const missing = Math.min(AT_ONCE, size - this.#tokens.length);
      this.#tokens.push(...(await Promise.all(Array.from({ length: missing }, mint))));
      onProgress(this.#tokens.length);
    }
  }

  /** So many, of which this system has not seen those in front; from the first ones on again when all were used. */
  next(system: string, count: number): readonly string[] {
    const from = this.#next.get(system) ?? 0;
    const wanted = Math.min(count, this.#tokens.length);
    return Array.from({ length: wanted }, (_, i) => this.#tokens[(from + i) % this.#tokens.length]!);
  }

  /** Those that `next` gives last: every system may have seen them. */
  last(count: number): readonly string[] {
    return this.#tokens.slice(-count);
  }

  /** So many of the next ones have been sent to this system. */
  use(system: string, count: number): void {
    this.#next.set(system, ((this.#next.get(system) ?? 0) + count) % this.#tokens.length);
  }
}

/** Longer than any run. */
const LIFETIME_S = 6 * 3_600;
