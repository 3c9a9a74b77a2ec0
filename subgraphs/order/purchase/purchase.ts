import { Fault } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { ProductForSale, ProductReader } from '../products/product-reader.ts';
import type { Attempt } from './attempt.ts';
import { checkProducts } from './check-products.ts';
import type { FinalRefusals } from './final-refusals.ts';
import type { InFlight } from './in-flight.ts';
import * as answer from './outcomes.ts';
import type { PurchaseOutcome } from './outcomes.ts';
import type { PurchaseStrategy } from './purchase-strategy.ts';

export interface PurchaseDependencies {
  readonly products: ProductReader;
  readonly strategy: PurchaseStrategy;
  readonly refusals: FinalRefusals;
  readonly inFlight: InFlight;
  /** Load shedding: purchases under way in this process, at the most; more are refused with `Busy` before anything is begun. */
  readonly maxInFlight: number;
  readonly logger: Logger;
}

/** Buys, or says why not. */
export class Purchases {
  readonly #deps: PurchaseDependencies;

  constructor(dependencies: PurchaseDependencies) {
    this.#deps = dependencies;
  }

  buy(attempt: Attempt): Promise<PurchaseOutcome> {
    const { inFlight, maxInFlight, strategy } = this.#deps;
    if (inFlight.size >= maxInFlight || !strategy.hasCapacity) return Promise.resolve(answer.busy);
    return inFlight.settle(attempt, () => this.#settle(attempt));
  }

  async #settle(attempt: Attempt): Promise<PurchaseOutcome> {
    const products = await this.#readProducts(attempt);
    if (products === answer.busy) return products;
    // The product may have changed since the key was confirmed; its order has not.
    if ('__typename' in products) return this.#deps.refusals.give(attempt, products);
    return this.#deps.strategy.execute(attempt, products, () => this.#readProducts(attempt));
  }

  async #readProducts(attempt: Attempt): Promise<Map<string, ProductForSale> | PurchaseOutcome> {
    try {
      const read = await Promise.all(
        attempt.lines.map(({ productId }) => this.#deps.products.read(productId)),
      );
      const found = read.filter((product) => product !== null);
      if (found.length < attempt.lines.length) return answer.productNotFound;
      const products = new Map(found.map((product) => [product.id, product]));
      return checkProducts(attempt, products) ?? products;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return answer.busy;
    }
  }
}
