import { Fault } from '../../../platform/errors.ts';
import { invalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { OrderLookup } from '../orders/order-lookup.ts';
import type { ProductForSale, ProductReader } from '../products/product-reader.ts';
import type { Attempt } from './attempt.ts';
import type { InFlight } from './in-flight.ts';
import * as answer from './outcomes.ts';
import type { PurchaseOutcome } from './outcomes.ts';
import { unlessKnown } from './replay.ts';
import type { SellingStrategy } from './selling-strategy.ts';

export interface PurchaseDependencies {
  readonly products: ProductReader;
  readonly strategy: SellingStrategy;
  readonly lookup: OrderLookup;
  readonly inFlight: InFlight;
  /** Purchases under way in this process, at the most; more are told `Busy` before anything is begun. */
  readonly maxInFlight: number;
  readonly logger: Logger;
}

/** Buys, or says why not. */
export class Purchases {
  readonly #the: PurchaseDependencies;

  constructor(dependencies: PurchaseDependencies) {
    this.#the = dependencies;
  }

  buy(attempt: Attempt): Promise<PurchaseOutcome> {
    const { inFlight, maxInFlight, strategy } = this.#the;
    if (inFlight.size >= maxInFlight || !strategy.hasRoom) return Promise.resolve(answer.busy);
    return inFlight.settle(attempt, () => this.#settle(attempt));
  }

  async #settle(attempt: Attempt): Promise<PurchaseOutcome> {
    const products = await this.#readProducts(attempt);
    // The product may have changed since the key was confirmed; its order has not.
    if ('__typename' in products) return unlessKnown(this.#the, attempt, products);
    const tooDear = checkTotal(attempt, products);
    return tooDear ? unlessKnown(this.#the, attempt, tooDear) : this.#the.strategy.sell(attempt, products);
  }

  async #readProducts(attempt: Attempt): Promise<Map<string, ProductForSale> | PurchaseOutcome> {
    try {
      const products = await Promise.all(
        attempt.lines.map(({ productId }) => this.#the.products.read(productId)),
      );
      const found = products.filter((product) => product !== null);
      if (found.length < attempt.lines.length) return answer.productNotFound;
      return new Map(found.map((product) => [product.id, product]));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return answer.busy;
    }
  }
}

/** Amounts are GraphQL Ints; a total that is none could be written and never be read. */
function checkTotal(attempt: Attempt, products: ReadonlyMap<string, ProductForSale>): PurchaseOutcome | null {
  const total = attempt.lines.reduce(
    (sum, { productId, quantity }) => sum + quantity * products.get(productId)!.unitPrice,
    0,
  );
  if (total <= LARGEST_TOTAL) return null;
  return invalidInput([{ path: 'quantity', message: `The order's total may be at most ${LARGEST_TOTAL}.` }]);
}

const LARGEST_TOTAL = 2 ** 31 - 1;
