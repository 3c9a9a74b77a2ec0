import { setTimeout as sleep } from 'node:timers/promises';
import { newKey, readStock as readShownStock } from '../harness/shop.ts';
import { executeAtSubgraph, buyer } from '../harness/subgraph-call.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { countUnderWay, readOrders, readPayments } from './stored-orders.ts';
import type { ChaosSystem } from './chaos-system.ts';
import type { Evidence, ProductAtRest } from './evidence.ts';
import { call, isToBeTriedAgain } from './history.ts';
import { PURCHASE } from './operations.ts';
import type { Products } from './products.ts';

/** Payments are looked up again after half their age. */
const QUIET_WITHIN_MS = 60_000;
const FINAL_WITHIN_MS = 60_000;
/** If a response has no `retryAfterMs`, in milliseconds. */
const AGAIN_MS = 200;

/**
 * Waits, for a bounded time, until nothing is in flight; afterwards the rules report what is wrong.
 *
 * @param visitor buys one unit of each product then
 * @param log gets what was still under way
 * @returns what the stores, the API and the payment provider have
 */
export function readAtRest(
  system: ChaosSystem,
  { all, struck }: Products,
  visitor: string,
  log: (line: string) => void,
): Promise<Pick<Evidence, 'products' | 'orders' | 'payments' | 'charges'>> {
  const ids = all.map(({ id }) => id);
  return system.withLedger(async (ledger, pool) => {
    const read = async () => {
      const underWay = await countUnderWay(pool, ids);
      const mysql = await ledger.readStock(ids);
      const redis = await Promise.all(ids.map((id) => ledger.readStockInRedis(id).catch(() => NOTHING)));
      return { underWay, mysql, redis };
    };
    // Of an emptied Redis a product is rebuilt by its next purchase, and one that is not on sale may have had none since then.
    for (const { id, opensAt } of all) if (opensAt > Date.now()) await purchaseOnce(system, id, visitor);
    let last = await read();
    await waitUntil(
      'quiet',
      async () => (last = await read()),
      ({ underWay, mysql, redis }) =>
        underWay === 0 &&
        redis.every(
          ({ reserved, sold, total }, i) =>
            reserved === 0 && sold === mysql[i]!.sold && total === mysql[i]!.total,
        ),
      QUIET_WITHIN_MS,
    ).catch((error: Error) => log(error.message));
    const [orders, payments] = [await readOrders(pool, ids), await readPayments(pool, ids)];
    const products: ProductAtRest[] = [];
    for (const [i, { id, ...product }] of all.entries()) {
      const shown = (await readShownStock(system.stack, id)) ?? { ...NOTHING, remaining: NaN };
      products.push({
        ...product,
        mysql: last.mysql[i]!,
        redis: last.redis[i]!,
        shown,
        nextPurchase: await purchaseOnce(system, id, visitor),
        isTotalKnown: id !== struck,
      });
    }
    return { products, orders, payments, charges: system.provider.ledger };
  });
}

const NOTHING = { total: NaN, sold: NaN, reserved: NaN };

/** @returns the answer of the first order process, the final one if there is one within a bounded time */
async function purchaseOnce(system: ChaosSystem, productId: string, userId: string): Promise<string> {
  const input = { productId, quantity: 1, idempotencyKey: newKey() };
  const { url } = system.stack.order[0]!;
  const begunAt = performance.now();
  for (;;) {
    const made = await call('purchase', 'PurchaseConfirmed', () =>
      executeAtSubgraph('order', url, PURCHASE, { input }, buyer(userId)),
    );
    if (!isToBeTriedAgain(made) || performance.now() - begunAt > FINAL_WITHIN_MS) return made.answer;
    await sleep(made.retryAfterMs ?? AGAIN_MS);
  }
}
