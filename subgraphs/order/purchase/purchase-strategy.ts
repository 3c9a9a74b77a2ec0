import type { ProductForSale } from '../products/product-reader.ts';
import type { Attempt } from './attempt.ts';
import type { PurchaseOutcome } from './outcomes.ts';

/** How an attempt, whose products are known, becomes an order or a refusal. The promises hold in every one. */
export interface PurchaseStrategy {
  /** Load shedding: whether there is capacity for one more purchase; checked before anything is begun. */
  readonly hasCapacity: boolean;
  /** @param readAgain to be used after a wait, so that the terms of the sale are no older than its readings may be */
  execute(
    attempt: Attempt,
    products: ReadonlyMap<string, ProductForSale>,
    readAgain: () => Promise<ProductsOrOutcome>,
  ): Promise<PurchaseOutcome>;
}

/** The products of an attempt as they are now, or why they cannot be bought. */
export type ProductsOrOutcome = ReadonlyMap<string, ProductForSale> | PurchaseOutcome;
