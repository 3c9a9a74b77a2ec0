import type { Lock } from '../../../platform/redis/lock.ts';

/** Thrown where a lock is needed and was lost. */
export class LockLost extends Error {
  override readonly name = 'LockLost';
}

/** A lock that is extended periodically while long work runs under it. */
export class AutoExtendingLock {
  readonly #lock: Lock;
  readonly #ttlMs: number;
  readonly #timer: NodeJS.Timeout;
  #isLost = false;

  /** @param ttlMs how long the lock lives from each extension on, in milliseconds; it is extended three times as often */
  constructor(lock: Lock, ttlMs: number) {
    this.#lock = lock;
    this.#ttlMs = ttlMs;
    this.#timer = setInterval(() => void this.#extend(), ttlMs / 3);
  }

  get token(): string {
    return this.#lock.token;
  }

  get isHeld(): boolean {
    return !this.#isLost;
  }

  /** @throws {LockLost} once it is known that another process may have the lock */
  assertHeld(): void {
    if (this.#isLost) throw new LockLost(`the lock ${this.#lock.key} was lost`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #extend(): Promise<void> {
    // If Redis does not answer, the lock may still be held; the next extension shows it.
    const isHeld = await this.#lock.extend(this.#ttlMs).catch(() => true);
    if (!isHeld) this.#isLost = true;
  }
}
