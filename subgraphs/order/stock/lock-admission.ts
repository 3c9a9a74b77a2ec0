import { createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import type { Logger } from '../../../platform/logger.ts';
import { hasNotRun } from '../../../platform/redis/client.ts';
import type { Lock, LockOptions } from '../../../platform/redis/lock.ts';
import type { Admission } from './admission.ts';
import { redisId } from './redis-id.ts';
import type { ReserveOutcome, ReserveRequest, SaleTerms } from './stock-outcomes.ts';
import type { StockStore } from './stock-store.ts';
import { UnreadableKeysError } from './unreadable-keys.ts';

interface AdmissionRequest {
  readonly request: ReserveRequest;
  readonly terms: SaleTerms;
}

/**
 * The strategy `lock`: one purchase at a time reads the numbers, decides here, and writes, under a lock on the product, as
 * many systems do. Two round trips more for each purchase, and purchases that wait for the lock wait in no order. The
 * write compares the lock's token, so an owner that froze past its end writes nothing.
 */
export class LockAdmission implements Admission {
  readonly #store: StockStore;
  readonly #reservationTtlMs: number;
  readonly #lockOptions: LockOptions;
  readonly #logger: Logger;
  // The purchases of one process do not compete with each other for the lock.
  readonly #turns = createKeyedCoalescer(
    async (productId: string, [admission]: readonly AdmissionRequest[]) => [
      await this.#underLock(productId, admission!),
    ],
    { maxItems: 1 },
  );

  constructor(store: StockStore, reservationTtlMs: number, lockOptions: LockOptions, logger: Logger) {
    this.#store = store;
    this.#reservationTtlMs = reservationTtlMs;
    this.#lockOptions = lockOptions;
    this.#logger = logger;
  }

  async reserve(productId: string, request: ReserveRequest, terms: SaleTerms): Promise<ReserveOutcome> {
    try {
      return request.onlyResumes
        ? await this.#resume(productId, request, terms)
        : await this.#turns.submit(productId, { request, terms });
    } catch (error) {
      if (hasNotRun(error) || error instanceof UnreadableKeysError) return { kind: 'notReady' };
      this.#logger.warn({ err: error, productId }, 'a reservation was not answered');
      return { kind: 'unanswered' };
    }
  }

  async #underLock(productId: string, { request, terms }: AdmissionRequest): Promise<ReserveOutcome> {
    const { locks, keys, activeProducts } = this.#store;
    if (performance.now() > request.deadline) return { kind: 'tooLate' };
    activeProducts.touch(productId);
    const key = keys.admissionLock(productId);
    return locks.using(key, this.#lockOptions, (lock) => this.#decide(productId, request, terms, lock), {
      kind: 'tooLate',
    } as const);
  }

  /** Writes no reservation, so it does not wait for the lock. */
  async #resume(productId: string, request: ReserveRequest, terms: SaleTerms): Promise<ReserveOutcome> {
    if (performance.now() > request.deadline) return { kind: 'tooLate' };
    return this.#decide(productId, request, terms, null);
  }

  /** @param lock none for a request that only resumes */
  async #decide(
    productId: string,
    request: ReserveRequest,
    terms: SaleTerms,
    lock: Lock | null,
  ): Promise<ReserveOutcome> {
    const { redis, keys, scripts, fence, clock, writer, unreadable } = this.#store;
    const source = await writer.connect().catch(() => null);
    if (source === null) return { kind: 'notReady' };
    const { orderId, userId, quantity } = request;
    const ids = [redisId(orderId), redisId(userId)];
    const reply = await fence.withCurrentEpoch(productId, (epoch) => {
      const { stock, due, records, holding } = keys.ofEpoch(productId, epoch);
      return scripts.readReservation(
        [keys.gate(productId), stock, due, records, holding],
        [epoch, ...ids, source],
      );
    });
    if (reply.state === 'notReady') return { kind: 'notReady' };

    const { epoch, now } = reply;
    const seen = toState(reply.rest, epoch, now);
    if (seen.record !== '' && seen.record !== 'S' && seen.reservedSeq === null) {
      unreadable.note(productId, epoch);
      return { kind: 'notReady' };
    }
    const refusal = refuse(request, terms, seen);
    if (refusal) return refusal;
    const { stock, due, records, holding } = keys.ofEpoch(productId, epoch);
    if (seen.reservedSeq !== null) {
      await redis.zadd(due, 'XX', 'GT', now + this.#reservationTtlMs, ids[0]!);
      return { kind: 'reserved', reservation: { productId, orderId, epoch, seq: seen.reservedSeq } };
    }
    if (!lock) return { kind: 'notAdmitted' };

    clock.observe(productId, now);
    const { even, odd, lostAt } = keys.refusals(productId);
    const written = scripts.writeReservation(
      [keys.admissionLock(productId), stock, due, records, holding, even, odd, lostAt],
      [
        lock.token,
        ...ids,
        quantity,
        this.#reservationTtlMs,
        clock.at(productId, request.deadline),
        terms.closesAt ?? 0,
        clock.at(productId, request.startedAt ?? performance.now()),
      ],
    );
    const seq = Number(await unreadable.watch(productId, epoch, written));
    if (seq === -2) return { kind: 'superseded' };
    if (seq < 0) return this.#decide(productId, request, terms, lock);
    return seq === 0
      ? { kind: 'tooLate' }
      : { kind: 'reserved', reservation: { productId, orderId, epoch, seq } };
  }
}

interface State {
  readonly epoch: number;
  readonly now: number;
  readonly remaining: number;
  readonly countsHoldings: boolean;
  readonly held: number;
  readonly record: string;
  readonly reservedQuantity: number | null;
  readonly reservedSeq: number | null;
}

function toState(rest: readonly (number | string)[], epoch: number, now: number): State {
  const [total, sold, reserved, limited, held] = rest.map(Number);
  const record = String(rest[5]);
  const [, quantity, seq] = /^R:(\d+):(\d+):/.exec(record) ?? [];
  return {
    epoch,
    now,
    remaining: total! - sold! - reserved!,
    countsHoldings: limited === 1,
    held: held!,
    record,
    reservedQuantity: quantity === undefined ? null : Number(quantity),
    reservedSeq: seq === undefined ? null : Number(seq),
  };
}

/** In the order of `reserve-8.lua`. @returns null when the purchase may be admitted, or is already */
function refuse(
  { quantity, onlyResumes }: ReserveRequest,
  terms: SaleTerms,
  seen: State,
): ReserveOutcome | null {
  const { epoch, now, held, remaining } = seen;
  const limit = terms.purchaseLimit;
  if (limit !== null && !seen.countsHoldings) return { kind: 'notReady' };
  if (seen.record === 'S') return { kind: 'settled' };
  if (seen.reservedQuantity !== null)
    return seen.reservedQuantity === quantity ? null : { kind: 'otherQuantity' };
  if (onlyResumes) return { kind: 'notAdmitted' };
  if (terms.withdrawn) return { kind: 'closed' };
  if (now < terms.opensAt) return { kind: 'notOpen', now };
  if (terms.closesAt !== null && now >= terms.closesAt) return { kind: 'closed' };
  if (limit !== null && held + quantity > limit) return { kind: 'overLimit', held };
  return remaining < quantity ? { kind: 'soldOut', epoch, remaining } : null;
}
