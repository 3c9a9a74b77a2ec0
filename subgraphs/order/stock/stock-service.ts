import type { Pool } from 'mysql2/promise';
import { createCoalescer, createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import { groupBy } from '../../../platform/batching/group-by.ts';
import type { Logger } from '../../../platform/logger.ts';
import { wasNotSent, type Redis } from '../../../platform/redis/client.ts';
import { createLockClient, type LockClient } from '../../../platform/redis/lock.ts';
import { BusyProducts } from './busy-products.ts';
import { Gate } from './gate.ts';
import { rebuild } from './rebuild.ts';
import { StockReadiness, type Readiness, type ReadyRequest } from './readiness.ts';
import { RedisClock } from './redis-clock.ts';
import { fromRedisId, redisId } from './redis-id.ts';
import { createStockKeys, type StockKeys } from './stock-keys.ts';
import type { StockMovement } from './stock-movements.ts';
import {
  isMovementCounted,
  reserveOutcome,
  type Reservation,
  type ReserveOutcome,
  type ReserveRequest,
  type SaleTerms,
} from './stock-outcomes.ts';
import { loadStockScripts, type StockScripts } from './stock-scripts.ts';

/** Live numbers of a product, by Redis. Units; `asOf` in milliseconds since 1970. */
export interface StockNumbers {
  readonly total: number;
  readonly sold: number;
  readonly reserved: number;
  readonly asOf: number;
}

export interface StockServiceOptions {
  readonly redis: Redis;
  readonly pool: Pool;
  readonly prefix: string;
  /** How long a reservation may stay unsettled before the reaper looks at it, in milliseconds. */
  readonly reservationTtlMs: number;
  /** How long a settled key is remembered in Redis, in milliseconds. */
  readonly memoryMs: number;
  readonly logger: Logger;
}

/** Purchases in one call of the script: some 5 ms of Redis's time. */
const MAX_PER_CALL = 256;

/**
 * The stock of all products as Redis counts it, fast and in order of arrival. It may refuse or be lost; what it admits is
 * checked again in MySQL, which owns the promises.
 */
export class StockService {
  readonly keys: StockKeys;
  readonly locks: LockClient;
  readonly busyProducts: BusyProducts;
  readonly #scripts: StockScripts;
  readonly #gate: Gate;
  readonly #clock: RedisClock;
  readonly #readiness: StockReadiness;
  readonly #options: StockServiceOptions;

  readonly #reservations = createKeyedCoalescer(
    (productId: string, asked: readonly { request: ReserveRequest; terms: SaleTerms }[]) =>
      this.#reserveAll(productId, asked),
    { maxItems: MAX_PER_CALL },
  );
  readonly #readings = createKeyedCoalescer(
    async (productId: string, asked: readonly null[]) => {
      const numbers = await this.#readNow(productId);
      return asked.map(() => numbers);
    },
    { maxItems: Number.POSITIVE_INFINITY },
  );
  readonly #confirmations = createCoalescer(
    (items: readonly Reservation[]) => this.#settleAll(items, 'confirm'),
    {
      maxItems: MAX_PER_CALL,
    },
  );
  readonly #releases = createCoalescer((items: readonly Reservation[]) => this.#settleAll(items, 'release'), {
    maxItems: MAX_PER_CALL,
  });

  constructor(options: StockServiceOptions) {
    const { redis, pool, logger } = options;
    this.#options = options;
    this.#scripts = loadStockScripts(redis);
    this.keys = createStockKeys(options.prefix);
    this.locks = createLockClient(redis);
    this.busyProducts = new BusyProducts(redis, this.keys);
    this.#clock = new RedisClock(redis);
    this.#gate = new Gate(redis, this.keys);
    const dependencies = {
      redis,
      keys: this.keys,
      scripts: this.#scripts,
      locks: this.locks,
      busyProducts: this.busyProducts,
      pool,
      logger,
    };
    this.#readiness = new StockReadiness(
      (request) => this.#isReady(request),
      (productId, rebuildOptions, isReady) => rebuild(dependencies, productId, rebuildOptions, isReady),
      logger,
    );
  }

  /** Admits a purchase or refuses it. One script call serves all who ask for the product at the moment. */
  async reserve(productId: string, request: ReserveRequest, terms: SaleTerms): Promise<ReserveOutcome> {
    try {
      return await this.#reservations.ask(productId, { request, terms });
    } catch (error) {
      if (wasNotSent(error)) return { kind: 'notReady' };
      this.#options.logger.warn({ err: error, productId }, 'a reservation was not answered');
      return { kind: 'unanswered' };
    }
  }

  /** Purchases that wait to be admitted. */
  get waiting(): number {
    return this.#reservations.size;
  }

  /** The order is committed. If Redis does not answer, the reaper confirms. */
  async confirm(reservation: Reservation): Promise<void> {
    await this.#confirmations.ask(reservation);
  }

  /** The order will never be: its tombstone stands in MySQL. If Redis does not answer, the reaper releases. */
  async release(reservation: Reservation): Promise<void> {
    await this.#releases.ask(reservation);
  }

  /** @returns null when Redis cannot tell at the moment */
  async read(productId: string): Promise<StockNumbers | null> {
    try {
      return await this.#readings.ask(productId, null);
    } catch {
      return null;
    }
  }

  /** Waits until the product can be sold from, rebuilding it if need be. */
  ensureReady(request: ReadyRequest): Promise<Readiness> {
    return this.#readiness.ensure(request);
  }

  /** @returns whether the movement is in Redis's numbers now; false: later again */
  async applyMovement(movement: StockMovement): Promise<boolean> {
    const { stock, holding, applied } = this.keys.ofEpoch(movement.productId, movement.epoch);
    const code = await this.#scripts.applyMovement(
      [this.keys.gate(movement.productId), stock, holding, applied],
      [
        movement.epoch,
        redisId(movement.id),
        movement.kind === 'RESTOCK' ? movement.quantity : 0,
        movement.kind === 'GIVE_BACK' ? -movement.quantity : 0,
        movement.userId ? redisId(movement.userId) : '',
        this.#options.memoryMs,
      ],
    );
    return isMovementCounted(Number(code));
  }

  /** Reservations that should have been settled by now, and whether there are any others. Null: not ready. */
  async findDue(productId: string, limit: number): Promise<{ due: DueReservation[]; open: number } | null> {
    const reply = await this.#gate.through(productId, (epoch) => {
      const { due, records, stock } = this.keys.ofEpoch(productId, epoch);
      return this.#scripts.findDue([this.keys.gate(productId), due, records, stock], [epoch, limit]);
    });
    if (reply.state === 'notReady') return null;
    const [open, ...pairs] = reply.rest;
    const due: DueReservation[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const [, , seq, user] = /^R:(\d+):(\d+):([0-9a-f]{32})$/.exec(String(pairs[i + 1])) ?? [];
      if (!seq || !user) continue;
      const orderId = fromRedisId(String(pairs[i]));
      due.push({
        userId: fromRedisId(user),
        reservation: { productId, orderId, epoch: reply.epoch, seq: Number(seq) },
      });
    }
    return { due, open: Number(open) };
  }

  /** Forgets keys that were settled long ago. */
  async forget(productId: string): Promise<void> {
    const epoch = await this.#gate.currentEpoch(productId);
    if (epoch === null) return;
    const { stock, records, settled, applied } = this.keys.ofEpoch(productId, epoch);
    await this.#scripts.forget([stock, records, settled, applied], [1_000]);
  }

  async #reserveAll(
    productId: string,
    asked: readonly { request: ReserveRequest; terms: SaleTerms }[],
  ): Promise<ReserveOutcome[]> {
    await this.busyProducts.keep(productId);
    const terms = asked.at(-1)!.terms;
    const purchases = asked.flatMap(({ request }) => [
      redisId(request.orderId),
      redisId(request.userId),
      request.quantity,
      this.#clock.at(request.deadline),
    ]);
    const reply = await this.#gate.through(productId, (epoch) => {
      const { stock, due, records, holding } = this.keys.ofEpoch(productId, epoch);
      return this.#scripts.reserve(
        [this.keys.gate(productId), stock, due, records, holding],
        [
          epoch,
          this.#options.reservationTtlMs,
          terms.opensAt,
          terms.withdrawn ? -1 : (terms.closesAt ?? 0),
          terms.purchaseLimit ?? 0,
          ...purchases,
        ],
      );
    });
    if (reply.state === 'notReady') return asked.map(() => ({ kind: 'notReady' }));
    this.#clock.observe(reply.now);

    const [certain, ...codes] = reply.rest.map(Number);
    return asked.map(({ request }, index) =>
      reserveOutcome(codes[2 * index]!, codes[2 * index + 1]!, {
        productId,
        orderId: request.orderId,
        epoch: reply.epoch,
        now: reply.now,
        certain: certain === 1,
      }),
    );
  }

  async #settleAll(reservations: readonly Reservation[], verb: 'confirm' | 'release'): Promise<undefined[]> {
    const byEpoch = groupBy(reservations, ({ productId, epoch }) => `${productId} ${epoch}`);
    await Promise.all(
      [...byEpoch.values()].map((group) => {
        const { productId, epoch } = group[0]!;
        const { stock, due, records, settled, holding } = this.keys.ofEpoch(productId, epoch);
        const args = [this.#options.memoryMs, ...group.map(({ orderId }) => redisId(orderId))];
        return verb === 'confirm'
          ? this.#scripts.confirm([stock, due, records, settled], args)
          : this.#scripts.release([stock, due, records, settled, holding], args);
      }),
    );
    return reservations.map(() => undefined);
  }

  async #readNow(productId: string): Promise<StockNumbers | null> {
    const reply = await this.#look(productId);
    if (reply.state === 'notReady') return null;
    const [total, sold, reserved] = reply.rest.map(Number);
    return { total: total!, sold: sold!, reserved: reserved!, asOf: reply.now };
  }

  async #isReady({ productId, minEpoch, countHoldings }: ReadyRequest): Promise<boolean> {
    const reply = await this.#look(productId);
    return reply.state === 'ready' && reply.epoch >= minEpoch && (!countHoldings || reply.rest[3] === 1);
  }

  #look(productId: string) {
    return this.#gate.through(productId, (epoch) =>
      this.#scripts.readStock(
        [this.keys.gate(productId), this.keys.ofEpoch(productId, epoch).stock],
        [epoch],
      ),
    );
  }
}

export interface DueReservation {
  readonly userId: string;
  readonly reservation: Reservation;
}
