import type { Pool } from 'mysql2/promise';
import { eachItem } from '../../../platform/lifecycle/each-item.ts';
import { KeyedBackoff } from '../../../platform/lifecycle/keyed-backoff.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { OrderBatch } from '../batch/order-batch.ts';
import type { Tombstones } from '../orders/tombstones.ts';
import { reach } from '../failpoints.ts';
import { reaped } from './metrics.ts';
import { settleReservation } from './settle-reservation.ts';
import type { Turn } from '../stock/job-turn.ts';
import type { ProductScan } from '../stock/scan-products.ts';
import { MOST_DUE_AHEAD_MS, type DueReservation } from '../stock/settlement.ts';
import { readEpochs } from '../stock/stock-repository.ts';
import type { StockService } from '../stock/stock-service.ts';

/** Reservations of one product that are settled between two calls of the script: as many as a call returns in a millisecond. */
const PER_CALL = 1_000;
/** Products at a time. They share the tombstones' statements, so more of them would not be faster. */
const SIDE_BY_SIDE = 8;
/** The scan is not by the clock that decides, so it counts what is due this soon, in milliseconds. */
const CLOCK_SLACK_MS = 1_000;
const READY_WITHIN_MS = 5_000;
/** Of a product that fails in round after round. */
const BACKOFF = { free: 3, firstMs: 1_000, longestMs: 5_000 };

export interface ReaperDependencies {
  readonly batch: Pick<OrderBatch, 'orderIds'>;
  readonly stock: StockService;
  readonly tombstones: Tombstones;
  readonly pool: Pool;
  readonly logger: Logger;
}

/**
 * Settles reservations that are overdue because their process died, froze or lost its stores: a tombstone
 * in MySQL first, which waits for any transaction that may still write the order; then the reservation, by the record in MySQL.
 *
 * Each round settles all that is due, of every product, with a bounded number of products at a time. One that fails, or whose keys
 * cannot be read, does not affect the others. None is settled in the grace period, nor while this process itself has it in its queue.
 */
export class Reaper {
  readonly #batch: Pick<OrderBatch, 'orderIds'>;
  readonly #stock: StockService;
  readonly #tombstones: Tombstones;
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #backoff = new KeyedBackoff(BACKOFF);

  constructor({ batch, stock, tombstones, pool, logger }: ReaperDependencies) {
    this.#batch = batch;
    this.#stock = stock;
    this.#tombstones = tombstones;
    this.#pool = pool;
    this.#logger = logger;
  }

  /** One round over all products that may have open reservations. */
  async run(): Promise<void> {
    await this.#stock.inTurn('reaper', async (turn) => {
      const scans = await this.#stock.scanActive();
      const isLater = await this.#findLaterEpochs(scans);
      const now = scans.length > 0 ? await this.#readClock(scans[0]!) : 0;
      const isDue = (at: number | null) => at !== null && at <= now + CLOCK_SLACK_MS;
      const isGraceOver = this.#stock.grace.isOver;
      const mayBeSettled = (at: number | null) =>
        isGraceOver && (isDue(at) || (at ?? 0) > now + MOST_DUE_AHEAD_MS);
      const current = scans.filter((scan) => !isLater.has(scan));
      for (const { productId, dueAt } of current)
        if (dueAt !== null && !mayBeSettled(dueAt)) this.#stock.touch(productId);
      await this.#each('reaper', [...isLater], (scan) => this.#replaceLaterEpoch(scan));
      await this.#each(
        'reaper',
        current.filter(({ dueAt }) => mayBeSettled(dueAt)),
        (scan) => this.#reap(scan.productId, turn),
      );
      await this.#each(
        'forget-settled',
        current.filter(({ forgetAt }) => isDue(forgetAt)),
        ({ productId, epoch }) => this.#stock.forget(productId, epoch),
      );
      await this.#stock.removeIdle();
    });
  }

  #each(job: string, scans: readonly ProductScan[], work: (scan: ProductScan) => Promise<void>) {
    const [backoff, logger] = [this.#backoff, this.#logger];
    const keyOf = ({ productId }: ProductScan) => productId;
    return eachItem(scans, { job, running: SIDE_BY_SIDE, keyOf, backoff, logger }, work);
  }

  /** Until nothing of the product is due any more. What could not be settled is left to the next round. */
  async #reap(productId: string, turn: Turn): Promise<void> {
    const { grace } = this.#stock;
    while (turn.isHeld && grace.isOver) {
      const found = await this.#stock.findDue(productId, PER_CALL);
      // There may have been an interruption while the script was under way.
      if (!found || !grace.isOver) return;
      if (found.open > 0) this.#stock.touch(productId);
      const own = this.#batch.orderIds;
      const due = found.due.filter(({ reservation }) => !own.has(reservation.orderId));
      if (due.length === 0) return;
      const failures = await this.#settleAll(due);
      const settled = due.length - failures.length;
      reaped.labels('settled').inc(settled);
      reaped.labels('failed').inc(failures.length);
      this.#logger.info({ productId, settled, failed: failures.length }, 'reaped');
      if (failures.length > 0) throw failures[0];
      if (found.due.length < PER_CALL) return;
    }
  }

  /** @returns why some of them could not be settled */
  async #settleAll(due: readonly DueReservation[]): Promise<unknown[]> {
    const results = await Promise.allSettled(
      due.map(async ({ userId, reservation }) => {
        const record = await this.#tombstones.settle({ orderId: reservation.orderId, userId });
        await reach('reaper-after-tombstone');
        await settleReservation(this.#stock, reservation, record);
      }),
    );
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  }

  /**
   * A gate is opened after its epoch is committed, so one that is ahead shows that MySQL has become older than it was. If Redis
   * counts such a product as sold out, no batch runs that would detect it.
   *
   * @returns the scans whose gate is ahead
   */
  async #findLaterEpochs(scans: readonly ProductScan[]): Promise<Set<ProductScan>> {
    const epochs = await readEpochs(
      this.#pool,
      scans.map(({ productId }) => productId),
    );
    return new Set(scans.filter(({ productId, epoch }) => epoch > (epochs.get(productId) ?? epoch)));
  }

  async #replaceLaterEpoch({ productId, epoch }: ProductScan): Promise<void> {
    this.#logger.warn({ productId, epoch }, 'MySQL is older than Redis');
    const needsHoldings = (await this.#stock.read(productId))?.countsHoldings ?? false;
    const deadline = performance.now() + READY_WITHIN_MS;
    await this.#stock.ensureReady({ productId, minEpoch: epoch + 1, needsHoldings, deadline });
  }

  /** Of one server; in a cluster the others are assumed to agree within `CLOCK_SLACK_MS`, or their turn comes a round later. */
  async #readClock({ productId }: ProductScan): Promise<number> {
    return this.#stock.readClock(productId).catch(() => Date.now());
  }
}
