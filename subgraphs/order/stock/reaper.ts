import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../../platform/logger.ts';
import type { Tombstones } from '../batch/tombstones.ts';
import { reaped } from '../metrics.ts';
import { settleReservation } from '../purchase/settle-reservation.ts';
import { readStockRows } from './stock-repository.ts';
import type { StockService } from './stock-service.ts';

const PER_PRODUCT = 200;
/** One process reaps at a time; if it freezes, another one takes over after this long. Milliseconds. */
const TURN_MS = 5_000;

/**
 * Settles reservations that nobody has settled in time, whether their process died, froze or lost its stores: a tombstone
 * in MySQL first, which waits for any transaction that may still write the order, and then what MySQL says.
 */
export class Reaper {
  readonly #stock: StockService;
  readonly #tombstones: Tombstones;
  readonly #pool: Pool;
  readonly #logger: Logger;

  constructor(stock: StockService, tombstones: Tombstones, pool: Pool, logger: Logger) {
    this.#stock = stock;
    this.#tombstones = tombstones;
    this.#pool = pool;
    this.#logger = logger;
  }

  /** One round over all products that may have open reservations. */
  async run(): Promise<void> {
    const { locks, keys, busyProducts } = this.#stock.tools;
    await locks.using(
      keys.job('reaper'),
      { ttlMs: TURN_MS, waitMs: 0 },
      async (turn) => {
        for (const productId of await busyProducts.list()) {
          await this.#reap(productId);
          await this.#stock.forget(productId);
          if (!(await turn.extend(TURN_MS))) return;
        }
        await busyProducts.dropQuiet();
      },
      undefined,
    );
  }

  async #reap(productId: string): Promise<void> {
    const found = await this.#stock.findDue(productId, PER_PRODUCT);
    if (!found || (await this.#replaceLaterEpoch(productId, found.epoch))) return;
    if (found.open > 0) await this.#stock.tools.busyProducts.note(productId);

    const results = await Promise.allSettled(
      found.due.map(async ({ userId, reservation }) => {
        const record = await this.#tombstones.settle({ orderId: reservation.orderId, userId });
        await settleReservation(this.#stock, reservation, record);
      }),
    );
    const failed = results.filter(({ status }) => status === 'rejected').length;
    reaped.labels('settled').inc(results.length - failed);
    reaped.labels('failed').inc(failed);
    if (results.length > 0)
      this.#logger.info({ productId, settled: results.length - failed, failed }, 'reaped');
  }

  /**
   * A gate is opened after its epoch is committed, so one that is ahead tells that MySQL has become older than it was. If Redis
   * takes such a product to be sold out, no batch is there to find that out.
   *
   * @returns whether the gate was ahead
   */
  async #replaceLaterEpoch(productId: string, epoch: number): Promise<boolean> {
    const row = (await readStockRows(this.#pool, [productId])).get(productId);
    if (!row || row.epoch >= epoch) return false;
    this.#logger.warn({ productId, epoch, inMysql: row.epoch }, 'MySQL is older than Redis');
    const needsHoldings = (await this.#stock.read(productId))?.countsHoldings ?? false;
    const deadline = performance.now() + TURN_MS;
    await this.#stock.ensureReady({ productId, minEpoch: epoch + 1, needsHoldings, deadline });
    return true;
  }
}
