import { groupBy } from '../../../platform/batching/group-by.ts';
import { createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import { reach } from '../failpoints.ts';
import { fromRedisId, redisId } from './redis-id.ts';
import type { Reservation } from './stock-outcomes.ts';
import type { StockStore } from './stock-store.ts';

/** The longest `RESERVATION_TIMEOUT` of any process, and a minute for clocks. Milliseconds. */
export const MOST_DUE_AHEAD_MS = 3_660_000;
const MAX_PER_CALL = 256;
const MOST_FORGOTTEN = 1_000;

export interface DueReservation {
  readonly userId: string;
  readonly reservation: Reservation;
}

export interface DueReservations {
  /** The epoch that the gate is at. */
  readonly epoch: number;
  readonly due: readonly DueReservation[];
  /** How many reservations there are in all. */
  readonly open: number;
}

/** Settles reservations: confirms, releases and renews them, and finds those that are overdue. */
export class Settlement {
  readonly #store: StockStore;
  readonly #memoryMs: number;
  // By epoch of a product, so that one whose keys or server fail holds up no other.
  readonly #confirmations = createKeyedCoalescer(
    (_: string, items: readonly Reservation[]) => this.#settleAll(items, 'confirm'),
    { maxItems: MAX_PER_CALL },
  );
  readonly #releases = createKeyedCoalescer(
    (_: string, items: readonly Reservation[]) => this.#settleAll(items, 'release'),
    { maxItems: MAX_PER_CALL },
  );

  /** @param memoryMs how long a settled key is remembered, in milliseconds */
  constructor(store: StockStore, memoryMs: number) {
    this.#store = store;
    this.#memoryMs = memoryMs;
  }

  async confirm(reservation: Reservation): Promise<void> {
    await this.#confirmations.submit(keyOf(reservation), reservation);
  }

  async release(reservation: Reservation): Promise<void> {
    await this.#releases.submit(keyOf(reservation), reservation);
  }

  /**
   * Puts off the due time of reservations to a whole lifetime from now. One that is settled is left alone.
   *
   * @param lifetimeMs how long a reservation may stay unsettled, in milliseconds
   */
  async renew(reservations: readonly Reservation[], lifetimeMs: number): Promise<void> {
    const { redis, keys, clock } = this.#store;
    const byEpoch = groupBy(reservations, ({ productId, epoch }) => `${productId} ${epoch}`);
    await Promise.all(
      [...byEpoch.values()].map(async (group) => {
        const { productId, epoch } = group[0]!;
        if (!clock.isKnown(productId)) clock.observe(productId, await this.#store.readClock(productId));
        const dueAt = clock.at(productId, performance.now()) + lifetimeMs;
        const members = group.flatMap(({ orderId }) => [dueAt, redisId(orderId)]);
        await redis.zadd(keys.ofEpoch(productId, epoch).due, 'XX', 'GT', ...members);
      }),
    );
  }

  /** @returns null when the product is not ready, or has a reservation that cannot be read */
  async findDue(productId: string, limit: number): Promise<DueReservations | null> {
    const { keys, scripts, fence } = this.#store;
    const reply = await fence.withCurrentEpoch(productId, (epoch) => {
      const { due, records, stock } = keys.ofEpoch(productId, epoch);
      return scripts.findDue([keys.gate(productId), due, records, stock], [epoch, limit, MOST_DUE_AHEAD_MS]);
    });
    if (reply.state === 'notReady') return null;

    const [open, ...pairs] = reply.rest;
    const due: DueReservation[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const [, seq, user] = /^R:\d+:(\d+):([0-9a-f]{32})$/.exec(String(pairs[i + 1])) ?? [];
      if (!seq || !user) {
        // It would be the first to be found in every round, and its units could never be released.
        this.#store.unreadable.note(productId, reply.epoch);
        return null;
      }
      const orderId = fromRedisId(String(pairs[i]));
      due.push({
        userId: fromRedisId(user),
        reservation: { productId, orderId, epoch: reply.epoch, seq: Number(seq) },
      });
    }
    return { epoch: reply.epoch, due, open: Number(open) };
  }

  /** Deletes keys that were settled long ago, a number of them at the most. */
  async forget(productId: string, epoch: number): Promise<void> {
    const { keys, scripts, unreadable } = this.#store;
    const { records, settled, applied } = keys.ofEpoch(productId, epoch);
    const forgotten = scripts.forget([records, settled, applied], [MOST_FORGOTTEN]);
    await unreadable.watch(productId, epoch, forgotten);
  }

  /** @param reservations of one epoch of one product */
  async #settleAll(reservations: readonly Reservation[], verb: 'confirm' | 'release'): Promise<undefined[]> {
    const { keys, scripts, unreadable } = this.#store;
    const { productId, epoch } = reservations[0]!;
    const { stock, due, records, settled, holding } = keys.ofEpoch(productId, epoch);
    const args = [this.#memoryMs, ...reservations.map(({ orderId }) => redisId(orderId))];
    if (verb === 'confirm') await reach('before-confirm');
    const reply =
      verb === 'confirm'
        ? scripts.confirm([stock, due, records, settled], args)
        : scripts.release([stock, due, records, settled, holding], args);
    await unreadable.watch(productId, epoch, reply);
    if (verb === 'confirm') await reach('after-confirm');
    return reservations.map(() => undefined);
  }
}

const keyOf = ({ productId, epoch }: Reservation): string => `${productId} ${epoch}`;
