import { randomInt, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { OrderLedger, type StockLedger } from '../testing/order-ledger.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { randomFrom } from '../../../tests/harness/random-numbers.ts';
import { RandomShopper, type ProductOnSale } from '../testing/random-shopper.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
/** Together six hundred visits, of some two and a half operations each; `PROPERTY_RUNS=50`: fifty times as many. */
const USERS = 25;
const DEVICES_OF_A_USER = 2;
const VISITS_AT_A_DEVICE = 12 * Number(process.env['PROPERTY_RUNS'] ?? 1);

// The shoppers make orders due that wait for a buyer, so that the mix of outcomes does not depend on the load of the machine.
const environment = {
  SWEEP_EVERY: '15ms',
  PAYMENT_TIMEOUT: '10m',
  PAYMENT_PROVIDER_TIMEOUT: '500ms',
  UNRESOLVED_PAYMENT_TIMEOUT: '0ms',
  SHIP_AFTER: '30ms',
  DELIVER_AFTER: '20ms',
  RETURN_WINDOW: '10m',
  RETURN_AFTER: '30ms',
};

describe.each([
  ['atomic', 'atomic'],
  ['lock', 'lock'],
  ['row', 'row'],
  ['atomic', 'row'],
])('many buyers, at processes with STOCK_STRATEGY=%s and %s', (...strategies) => {
  const bed = useOrderTestBed(useStores(), {
    orders: strategies.map((STOCK_STRATEGY) => ({ STOCK_STRATEGY })),
    environment,
  });
  const ledger = new OrderLedger(bed);
  const products: ProductOnSale[] = [];

  beforeAll(async () => {
    for (const limit of [3, null]) {
      for (const isForgotten of [false, true]) {
        const units = isForgotten ? 40 : 60;
        const product = await bed.sell({ units, ...(limit === null ? {} : { purchaseLimit: limit }) });
        products.push({ product, units, limit, isForgotten });
      }
    }
  });

  async function expectMatchingLedger(): Promise<StockLedger[]> {
    const all = await ledger.readStock(products.map(({ product }) => product));
    for (const [i, { total, sold, ordered, held, mostHeld }] of all.entries()) {
      expect({ ordered, held }).toEqual({ ordered: sold, held: sold });
      expect(sold).toBeLessThanOrEqual(total);
      expect(mostHeld).toBeLessThanOrEqual(products[i]!.limit ?? Infinity);
    }
    return all;
  }

  /** The ledger is checked a hundred times in between. */
  async function letThemShop(): Promise<RandomShopper[]> {
    const users = Array.from({ length: USERS }, () => randomUUID());
    const shoppers = Array.from(
      { length: USERS * DEVICES_OF_A_USER },
      (_, i) => new RandomShopper(bed, users[i % USERS]!, products, randomFrom(seed + i)),
    );
    const days = await Promise.allSettled(
      shoppers.map(async (shopper, i) => {
        for (let visit = 0; visit < VISITS_AT_A_DEVICE; visit++) {
          await shopper.visit();
          if ((visit + i) % 10 === 0) await expectMatchingLedger();
        }
      }),
    );
    // Only once all shoppers have ended: the stores are closed when the test fails.
    for (const day of days) if (day.status === 'rejected') throw day.reason;
    await ledger.makeUnpaidDue();
    await waitUntil(
      'everything to come to its end',
      () => ledger.countUnfinished(),
      (unfinished) => unfinished === 0,
      60_000,
    );
    return shoppers;
  }

  async function expectAnswersToBeTrue(shoppers: readonly RandomShopper[]): Promise<void> {
    const statuses = await ledger.readStatuses();
    for (const { known, cancelled } of shoppers) {
      for (const [id, what] of known)
        if (what !== 'open') expect([id, statuses.has(id)]).toEqual([id, what === 'bought']);
      for (const id of cancelled) expect([id, statuses.get(id)]).toEqual([id, 'CANCELLED']);
    }
  }

  async function expectRedisToAgree(
    { product, total, sold, epoch }: StockLedger,
    ware: ProductOnSale,
  ): Promise<void> {
    const { stock } = (await bed.services()).services;
    // Its counters are rebuilt only where sales are not admitted by Redis, and where it has just lost them.
    const isLimited = ware.limit !== null;
    const request = { productId: product, minEpoch: epoch, needsHoldings: isLimited };
    expect(await stock.ensureReady({ ...request, deadline: performance.now() + 10_000 })).toBe('ready');
    if (!strategies.includes('row') && !ware.isForgotten) expect(epoch).toBe(1);
    await waitUntil(
      'Redis to agree with MySQL',
      () => ledger.readStockInRedis(product),
      (numbers) => numbers.total === total && numbers.sold === sold && numbers.reserved === 0,
    );
    if (isLimited)
      expect(await ledger.readHoldingsInRedis(product)).toEqual(await ledger.readHoldings(product));
  }

  async function expectMoneyToBeTrue(): Promise<void> {
    const charges = await ledger.readKeptCharges();
    for (const { status, orders, kept } of charges)
      expect({ status, kept }).toEqual({ status, kept: status === 'DELIVERED' ? orders : 0 });
    expect(charges.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['CANCELLED', 'DELIVERED', 'EXPIRED', 'RETURNED']),
    );
  }

  it(
    `leave no unit, no order and no money unaccounted for (SEED=${seed})`,
    { timeout: 300_000 },
    async () => {
      const shoppers = await letThemShop();
      await expectAnswersToBeTrue(shoppers);
      for (const [i, stock] of (await expectMatchingLedger()).entries()) {
        const onSale = products[i]!;
        const restocked = shoppers.reduce((sum, one) => sum + (one.restocked.get(onSale.product) ?? 0), 0);
        expect(stock.total).toBe(onSale.units + restocked);
        await expectRedisToAgree(stock, onSale);
      }
      await expectMoneyToBeTrue();
      expect(await ledger.countReacquired()).toBeGreaterThan(0);
    },
  );
});
