import type { ProductForSale } from '../products/product-reader.ts';
import type { Attempt } from './attempt.ts';
import type { PurchaseOutcome } from './outcomes.ts';

/** How an attempt, whose products are known, becomes an order or a refusal. The promises hold in every one. */
export interface SellingStrategy {
  /** Whether there is room for one more; asked before anything is begun. */
  readonly hasRoom: boolean;
  sell(attempt: Attempt, products: ReadonlyMap<string, ProductForSale>): Promise<PurchaseOutcome>;
}
