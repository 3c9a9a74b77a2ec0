import { waitUntil } from '../harness/wait-until.ts';
import { countOrders } from './stored-orders.ts';
import type { ChaosSystem } from './chaos-system.ts';
import type { Breach } from './checks.ts';
import type { Products } from './products.ts';

const QUIET_WITHIN_MS = 60_000;

/** All sales of one system over its rounds. Later faults must not affect the orders of earlier rounds. */
export class Ledger {
  /** By product: orders when its round was over. */
  readonly #orders = new Map<string, number>();

  async record(system: ChaosSystem, { all }: Products): Promise<void> {
    const counts = await system.withLedger((_ledger, pool) => countOrders(pool));
    for (const { id } of all) this.#orders.set(id, counts.get(id) ?? 0);
  }

  /** Checks all of it again, after the expiry of unpaid orders as well. */
  async check(system: ChaosSystem): Promise<Breach[]> {
    const ids = [...this.#orders.keys()];
    if (ids.length === 0) return [];
    return system.withLedger(async (ledger, pool) => {
      const read = async () => {
        const counts = await countOrders(pool);
        const stock = await ledger.readStock(ids);
        const redis = await Promise.all(ids.map((id) => ledger.readStockInRedis(id).catch(() => null)));
        return stock.flatMap(({ product, total, sold, ordered, held }, i): Breach[] => {
          const ofRedis = redis[i];
          const [before, now] = [this.#orders.get(product)!, counts.get(product) ?? 0];
          const breaches: Breach[] = [];
          const found = (harm: Breach['harm'], what: string) =>
            breaches.push({ harm, times: 1, sentence: `at the end, ${product}: ${what}` });
          if (ordered !== sold || held !== sold || sold > total)
            found('oversold', `${ordered} in orders, ${held} in holdings, ${sold} sold of ${total}`);
          if (now < before) found('lost', `${now} orders, and ${before} when its round was over`);
          if (now > before) found('doubled', `${now} orders, and ${before} when its round was over`);
          if (ofRedis && (ofRedis.reserved !== 0 || ofRedis.sold !== sold || ofRedis.total !== total))
            found('leaked', `Redis has ${JSON.stringify(ofRedis)}, MySQL ${sold} sold of ${total}`);
          return breaches;
        });
      };
      let last = await read();
      await waitUntil(
        'quiet',
        async () => (last = await read()),
        (breaches) => breaches.length === 0,
        QUIET_WITHIN_MS,
      ).catch(() => undefined);
      return last;
    });
  }
}
