/** A process renews the reservations that wait in it at least this often. Milliseconds. */
export const RENEW_EVERY_MS = 2_500;
/** Within it every process that is alive has left a silent connection (`platform/redis/heartbeat.ts`). Milliseconds. */
const RECONNECT_MS = 5_000;
export const GRACE_MS = RECONNECT_MS + RENEW_EVERY_MS;
/** A check that comes this long after the one before shows that this process itself was frozen. Milliseconds. */
const FROZEN_MS = 3_000;

/**
 * The grace period of reservations, as of leases. While Redis does not answer, no process can renew its reservations, so afterwards those that
 * are overdue may be of processes that are alive. The grace period begins with each interruption that this process notices:
 *
 * - its start, since it does not know what was before
 * - a new session with Redis, of a cluster with any node
 * - a job that did not get its turn because Redis did not answer, or refused
 * - a check that is late, since the process was frozen
 *
 * Then this process renews its own reservations at once (`onBegin`), and until the end its reaper settles none.
 */
export class GracePeriod {
  readonly #listeners: (() => void)[] = [];
  #endsAt = performance.now() + GRACE_MS;
  #checkedAt = performance.now();

  /** Begins, or begins anew. */
  begin(): void {
    this.#endsAt = performance.now() + GRACE_MS;
    for (const listener of this.#listeners) listener();
  }

  /** @param listener must not throw */
  onBegin(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** To be called every second. */
  check(): void {
    const now = performance.now();
    const wasFrozen = now - this.#checkedAt > FROZEN_MS;
    this.#checkedAt = now;
    if (wasFrozen) this.begin();
  }

  get isOver(): boolean {
    this.check();
    return performance.now() >= this.#endsAt;
  }
}
