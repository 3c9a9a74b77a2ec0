import { setTimeout as sleep } from 'node:timers/promises';
import type { StockLedger } from '../../subgraphs/order/testing/order-ledger.ts';
import type { ChaosSystem } from './chaos-system.ts';

const EVERY_MS = 500;

/** Reads what MySQL has of a round's products twice a second, while everything goes on. */
export class StockSampler {
  readonly samples: StockLedger[] = [];
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(system: ChaosSystem, products: readonly string[]) {
    this.#done = this.#run(system, products);
  }

  halt(): void {
    this.#isOver = true;
  }

  /** Resolves when the last sample was taken. */
  async stop(): Promise<void> {
    this.halt();
    await this.#done;
  }

  async #run(system: ChaosSystem, products: readonly string[]): Promise<void> {
    while (!this.#isOver) {
      // A MySQL that is down or frozen is read again later.
      const seen = await system
        .withLedger((ledger) => ledger.readStock(products))
        .catch((): StockLedger[] => []);
      this.samples.push(...seen);
      await sleep(EVERY_MS);
    }
  }
}
