import type { Pool } from 'mysql2/promise';
import { eachItem } from '../../../platform/lifecycle/each-item.ts';
import type { Logger } from '../../../platform/logger.ts';
import { stockDrift, stockRepairs, stockUnits } from './metrics.ts';
import { auditStock, type StockAudit } from './audit.ts';
import { compareStock, type Comparison } from './compare-stock.ts';
import { inTurn } from './job-turn.ts';
import { epochAfterRepair, isWrong, checkStock, type StockCheck } from './check-stock.ts';
import { ProductCursor } from './product-cursor.ts';
import { readAuditedRows } from './stock-repository.ts';
import type { StockService } from './stock-service.ts';
import type { StockStore } from './stock-store.ts';

/** Of the products that were active last, in every round of every process: what metrics report. */
const MOST_ACTIVE = 200;
/** Of all products, in the round of one process: 10,000 of them are compared within ten rounds, at 0.1 ms of Redis's time each. */
const PER_ROUND = 1_000;
const PER_STATEMENT = 500;
/** Script calls at a time: purchases are on the same connection. */
const SIDE_BY_SIDE = 16;
const REPAIRS_SIDE_BY_SIDE = 4;
const READY_WITHIN_MS = 2_000;

interface Found extends StockCheck {
  readonly productId: string;
}

/**
 * Stock reconciliation: compares Redis's numbers with the open reservations and with MySQL, and rebuilds what disagrees, whatever the
 * cause (drift): MySQL is authoritative, and a batch that is under way when its product is rebuilt is reserved once more.
 *
 * Active products are compared in every round, and all others in turn, so that each is checked within a bounded time. Before a
 * purchase is refused as sold out, its product is compared as well (`SoldOutCheck`).
 */
export class StockReconciliation {
  readonly #stock: StockService;
  readonly #store: StockStore;
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #cursor: ProductCursor;

  constructor(stock: StockService, store: StockStore, pool: Pool, logger: Logger) {
    this.#stock = stock;
    this.#store = store;
    this.#pool = pool;
    this.#logger = logger;
    this.#cursor = new ProductCursor(store, pool, 'drift-watch');
  }

  /** One round. @throws when MySQL does not answer */
  async run(): Promise<void> {
    const store = this.#store;
    const active = (await store.activeProducts.list()).slice(-MOST_ACTIVE);
    const found = await this.#compareAndRepair(active);
    this.#report(found);
    const known = new Set(active);
    await inTurn(store, 'drift-watch', async () => {
      const others = (await this.#cursor.next(PER_ROUND)).filter((productId) => !known.has(productId));
      for (const { productId, audit } of await this.#compareAndRepair(others)) {
        // The reaper reads the list, which may have been lost.
        if (audit.open > 0) store.activeProducts.add(productId);
      }
    });
  }

  async #compareAndRepair(productIds: readonly string[]): Promise<Found[]> {
    const all: Found[] = [];
    for (let start = 0; start < productIds.length; start += PER_STATEMENT) {
      const found = await this.#compare(productIds.slice(start, start + PER_STATEMENT));
      all.push(...found);
      const wrong = found.filter(({ comparison }) => isWrong(comparison));
      const options = { job: 'stock-reconciliation', running: REPAIRS_SIDE_BY_SIDE, logger: this.#logger };
      await eachItem(wrong, { ...options, keyOf: ({ productId }) => productId }, (one) => this.#repair(one));
    }
    return all;
  }

  /** @returns what was found of each product that Redis has; of those that seem wrong, after several checks */
  async #compare(productIds: readonly string[]): Promise<Found[]> {
    const before = await this.#auditEach(productIds);
    const rows = await readAuditedRows(this.#pool, [...before.keys()]);
    const found: Found[] = [];
    const suspects: string[] = [];
    for (const [productId, audit] of before) {
      const row = rows.get(productId);
      if (!row) continue;
      const comparison = compareStock(audit, row, audit);
      if (comparison.kind === 'agrees') found.push({ productId, audit, row, comparison });
      else suspects.push(productId);
    }
    for (const productId of suspects) {
      const sure = await this.#checkAgain(productId);
      if (sure) found.push(sure);
    }
    return found;
  }

  async #auditEach(productIds: readonly string[]): Promise<Map<string, StockAudit>> {
    const audits = new Map<string, StockAudit>();
    const options = { job: 'stock-reconciliation', running: SIDE_BY_SIDE, logger: this.#logger };
    await eachItem(productIds, { ...options, keyOf: (productId) => productId }, async (productId) => {
      const audit = await auditStock(this.#store, productId);
      if (audit) audits.set(productId, audit);
    });
    return audits;
  }

  /** @returns the last comparison if all of them report a disagreement; else that the product agrees, or what is not wrong */
  async #checkAgain(productId: string): Promise<Found | null> {
    const readRow = async (id: string) => (await readAuditedRows(this.#pool, [id])).get(id);
    // A product whose server does not answer is checked in the next round.
    const check = await checkStock(this.#store, productId, readRow).catch(() => null);
    return check && { productId, ...check };
  }

  async #repair({ productId, ...check }: Found): Promise<void> {
    // A rebuild is in this state between its new epoch and its gate.
    const { audit, comparison } = check;
    const { redis, keys } = this.#store;
    if (comparison.kind === 'epoch' && (await redis.exists(keys.lock(productId))) === 1) return;
    stockRepairs.labels(comparison.kind === 'epoch' ? 'epoch' : 'drift').inc();
    const outcome = await this.#stock.ensureReady({
      productId,
      minEpoch: epochAfterRepair(check),
      needsHoldings: audit.countsHoldings,
      deadline: performance.now() + READY_WITHIN_MS,
    });
    const { total, sold, reserved, openUnits, epoch } = audit;
    const numbers = { epoch, total, sold, reserved, openUnits };
    this.#logger.warn(
      { productId, numbers, comparison, outcome },
      'stock is wrong in Redis and is rebuilt from MySQL',
    );
  }

  #report(found: readonly Found[]): void {
    const sum = (units: (audit: StockAudit) => number) =>
      found.reduce((total, { audit }) => total + units(audit), 0);
    stockUnits.labels('total').set(sum(({ total }) => total));
    stockUnits.labels('sold').set(sum(({ sold }) => sold));
    stockUnits.labels('reserved').set(sum(({ reserved }) => reserved));
    stockUnits.labels('remaining').set(sum(({ total, sold, reserved }) => total - sold - reserved));
    stockDrift.set(found.reduce((total, { comparison }) => total + unitsOf(comparison), 0));
  }
}

const unitsOf = (comparison: Comparison): number =>
  comparison.kind === 'units' ? Math.abs(comparison.units) : 0;
