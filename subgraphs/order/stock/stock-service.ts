import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import { redisProblem } from '../../../platform/redis/condition.ts';
import type { LockOptions } from '../../../platform/redis/lock.ts';
import { rebuilds, reservations } from './metrics.ts';
import type { Admission } from './admission.ts';
import type { GracePeriod } from './grace-period.ts';
import { LockAdmission } from './lock-admission.ts';
import { StockCounters, type StockNumbers } from './stock-counters.ts';
import { ScriptAdmission } from './script-admission.ts';
import { rebuild } from './rebuild.ts';
import { SoldOutCheck } from './sold-out-check.ts';
import { StockReadiness, type Readiness, type ReadyRequest } from './readiness.ts';
import { Settlement, type DueReservations } from './settlement.ts';
import type { StockMovement } from './stock-movements.ts';
import type { Reservation, ReserveOutcome, ReserveRequest, SaleTerms } from './stock-outcomes.ts';
import type { StockStore } from './stock-store.ts';
import { scanProducts, type ProductScan } from './scan-products.ts';
import { inTurn, type Turn } from './job-turn.ts';

export interface StockServiceOptions {
  readonly pool: Pool;
  /** How long a reservation may stay unsettled before the reaper settles it, in milliseconds. */
  readonly reservationTtlMs: number;
  /** How long a settled key is remembered in Redis, in milliseconds. */
  readonly memoryMs: number;
  /** Given: purchases are admitted one by one, under this lock. */
  readonly lock?: LockOptions;
  readonly logger: Logger;
}

/**
 * The stock of all products as Redis counts it, fast and in order of arrival. It may refuse or be lost; what it admits is
 * checked again in MySQL, which owns the promises.
 */
export class StockService {
  readonly #store: StockStore;
  readonly #admission: Admission;
  readonly #soldOutCheck: SoldOutCheck;
  readonly #settlement: Settlement;
  readonly #counters: StockCounters;
  readonly #readiness: StockReadiness;
  readonly #reservationTtlMs: number;
  readonly #listeners: ((productId: string) => void)[] = [];

  constructor(store: StockStore, { pool, reservationTtlMs, memoryMs, lock, logger }: StockServiceOptions) {
    this.#store = store;
    this.#reservationTtlMs = reservationTtlMs;
    this.#admission = lock
      ? new LockAdmission(store, reservationTtlMs, lock, logger)
      : new ScriptAdmission(store, reservationTtlMs, logger);
    this.#soldOutCheck = new SoldOutCheck(store, pool, logger);
    this.#settlement = new Settlement(store, memoryMs);
    this.#counters = new StockCounters(store, memoryMs);
    this.#readiness = new StockReadiness(
      (request) => this.#counters.isReady(request),
      async (productId, options, isReady) => {
        const outcome = await rebuild({ ...store, pool, logger }, productId, options, isReady);
        rebuilds.labels(outcome).inc();
        if (outcome === 'ready') this.#notify(productId);
        return outcome;
      },
      logger,
    );
  }

  /** @param listener called for each product whose numbers this process has changed; it must not throw */
  subscribe(listener: (productId: string) => void): void {
    this.#listeners.push(listener);
  }

  /** To be checked before admission: an account or a server that failed its check could not keep what it admits. */
  get isUsable(): boolean {
    return redisProblem(this.#store.redis) === null;
  }

  /** Admits a purchase or refuses it. Never rejects. */
  async reserve(productId: string, request: ReserveRequest, terms: SaleTerms): Promise<ReserveOutcome> {
    const admitted = await this.#admission.reserve(productId, request, terms);
    const outcome =
      admitted.kind === 'soldOut'
        ? await this.#soldOutCheck.check(productId, admitted, request.quantity)
        : admitted;
    reservations.labels(outcome.kind).inc();
    if (outcome.kind !== 'notReady' && outcome.kind !== 'unanswered') this.#readiness.succeeded(productId);
    if (outcome.kind === 'reserved') this.#notify(productId);
    return outcome;
  }

  /** The order is committed. Should Redis not answer, the reaper confirms. */
  async confirm(reservation: Reservation): Promise<void> {
    await this.#settlement.confirm(reservation);
    this.#notify(reservation.productId);
  }

  /** The order will never be: its tombstone stands in MySQL. Should Redis not answer, the reaper releases. */
  async release(reservation: Reservation): Promise<void> {
    await this.#settlement.release(reservation);
    this.#notify(reservation.productId);
  }

  /** Postpones the due time of reservations that are still to be written. */
  renew(reservations: readonly Reservation[]): Promise<void> {
    return this.#settlement.renew(reservations, this.#reservationTtlMs);
  }

  /** @returns null when Redis has no numbers at the moment */
  read(productId: string): Promise<StockNumbers | null> {
    return this.#counters.read(productId);
  }

  /** Waits until the product can be sold from, rebuilding it if need be. */
  ensureReady(request: ReadyRequest): Promise<Readiness> {
    return this.#readiness.ensure(request);
  }

  /**
   * @returns whether the movement is in Redis's numbers now; false: later again
   * @throws {UnreadableKeysError} when the product has to be rebuilt first
   */
  async applyMovement(movement: StockMovement): Promise<boolean> {
    const isCounted = await this.#counters.apply(movement);
    if (isCounted) this.#notify(movement.productId);
    return isCounted;
  }

  /** Until it is over, reservations that are due may be of processes that are alive: they are not to be settled. */
  get grace(): GracePeriod {
    return this.#store.grace;
  }

  /** @returns reservations that are due; null when the product is not ready, or has a reservation that cannot be read */
  findDue(productId: string, limit: number): Promise<DueReservations | null> {
    return this.#settlement.findDue(productId, limit);
  }

  /** Deletes keys that were settled long ago. */
  forget(productId: string, epoch: number): Promise<void> {
    return this.#settlement.forget(productId, epoch);
  }

  /** Runs a round of a job in one process at a time; see `inTurn`. */
  inTurn(job: string, round: (turn: Turn) => Promise<void>): Promise<void> {
    return inTurn(this.#store, job, round);
  }

  /** @returns a scan of each product that may have open reservations */
  async scanActive(): Promise<ProductScan[]> {
    return scanProducts(this.#store, await this.#store.activeProducts.list());
  }

  /** The product has open reservations: it stays on the list of active products. */
  touch(productId: string): void {
    this.#store.activeProducts.touch(productId);
  }

  /** Removes products from the list of active ones that were not touched for minutes. */
  removeIdle(): Promise<void> {
    return this.#store.activeProducts.removeIdle();
  }

  /** @returns milliseconds since 1970, by the Redis server that has the product @throws when it does not answer */
  readClock(productId: string): Promise<number> {
    return this.#store.readClock(productId);
  }

  #notify(productId: string): void {
    for (const notify of this.#listeners) notify(productId);
  }
}
