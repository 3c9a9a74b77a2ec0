import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { redisProblem } from '../../../platform/redis/condition.ts';
import type { LockOptions } from '../../../platform/redis/lock.ts';
import { rebuilds, reservations } from '../metrics.ts';
import type { Admission } from './admission.ts';
import { LockAdmission } from './lock-admission.ts';
import { StockCounters, type StockNumbers } from './stock-counters.ts';
import { ScriptAdmission } from './script-admission.ts';
import { rebuild } from './rebuild.ts';
import { SoldOutCheck } from './sold-out-check.ts';
import { KeyRepair } from './key-repair.ts';
import { StockReadiness, type Readiness, type ReadyRequest } from './readiness.ts';
import { Settlement, type DueReservations } from './settlement.ts';
import type { OrderWriter } from './order-writer.ts';
import type { StockMovement } from './stock-movements.ts';
import type { Reservation, ReserveOutcome, ReserveRequest, SaleTerms } from './stock-outcomes.ts';
import { createStockStore, type StockStore } from './stock-store.ts';

export interface StockServiceOptions {
  readonly redis: Redis;
  readonly pool: Pool;
  readonly writer: OrderWriter;
  readonly prefix: string;
  /** How long a reservation may stay unsettled before the reaper looks at it, in milliseconds. */
  readonly reservationTtlMs: number;
  /** How long a settled key is remembered in Redis, in milliseconds. */
  readonly memoryMs: number;
  /** Given: purchases are admitted one by one, under this lock. */
  readonly lock?: LockOptions;
  /** Told of every product whose numbers this process has changed. */
  readonly onChange?: (productId: string) => void;
  readonly logger: Logger;
}

/**
 * The stock of all products as Redis counts it, fast and in order of arrival. It may refuse or be lost; what it admits is
 * checked again in MySQL, which owns the promises.
 */
export class StockService {
  readonly store: StockStore;
  readonly #admission: Admission;
  readonly #soldOutCheck: SoldOutCheck;
  readonly #settlement: Settlement;
  readonly #counters: StockCounters;
  readonly #readiness: StockReadiness;
  readonly #reservationTtlMs: number;
  readonly #onChange: (productId: string) => void;

  constructor({
    redis,
    pool,
    writer,
    prefix,
    reservationTtlMs,
    memoryMs,
    lock,
    onChange = () => undefined,
    logger,
  }: StockServiceOptions) {
    this.#onChange = onChange;
    this.#reservationTtlMs = reservationTtlMs;
    const keyRepair = new KeyRepair(this, logger);
    this.tools = createStockStore(redis, prefix, writer, logger, (productId, epoch) =>
      keyRepair.schedule(productId, epoch),
    );
    this.#admission = lock
      ? new LockAdmission(this.tools, reservationTtlMs, lock, logger)
      : new ScriptAdmission(this.tools, reservationTtlMs, logger);
    this.#soldOutCheck = new SoldOutCheck(this.tools, pool, logger);
    this.#settlement = new Settlement(this.tools, memoryMs);
    this.#counters = new StockCounters(this.tools, memoryMs);
    this.#readiness = new StockReadiness(
      (request) => this.#counters.isReady(request),
      async (productId, options, isReady) => {
        const outcome = await rebuild({ ...this.tools, pool, logger }, productId, options, isReady);
        rebuilds.labels(outcome).inc();
        if (outcome === 'ready') onChange(productId);
        return outcome;
      },
      logger,
    );
  }

  /** To be checked before admission: an account or a server that failed its check could not keep what it admits. */
  get isUsable(): boolean {
    return redisProblem(this.tools.redis) === null;
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
    if (outcome.kind === 'reserved') this.#onChange(productId);
    return outcome;
  }

  /** The order is committed. Should Redis not answer, the reaper confirms. */
  async confirm(reservation: Reservation): Promise<void> {
    await this.#settlement.confirm(reservation);
    this.#onChange(reservation.productId);
  }

  /** The order will never be: its tombstone stands in MySQL. Should Redis not answer, the reaper releases. */
  async release(reservation: Reservation): Promise<void> {
    await this.#settlement.release(reservation);
    this.#onChange(reservation.productId);
  }

  /** Puts off the moment at which the reaper looks at reservations that are still to be written. */
  renew(reservations: readonly Reservation[]): Promise<void> {
    return this.#settlement.renew(reservations, this.#reservationTtlMs);
  }

  /** @returns null when Redis cannot tell at the moment */
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
    if (isCounted) this.#onChange(movement.productId);
    return isCounted;
  }

  /** @returns reservations that are due; null when the product is not ready, or has a reservation that cannot be read */
  findDue(productId: string, limit: number): Promise<DueReservations | null> {
    return this.#settlement.findDue(productId, limit);
  }

  /** Forgets keys that were settled long ago. */
  forget(productId: string, epoch: number): Promise<void> {
    return this.#settlement.forget(productId, epoch);
  }
}
