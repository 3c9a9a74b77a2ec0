import type { ProductOrder, ProductType, SaleStatus } from '../__generated__/resolvers-types.ts';
import type { Position } from './product-order.ts';

/** Which products a list contains. */
export interface Selection {
  readonly type: ProductType | null;
  readonly status: SaleStatus | null;
  /** The name contains each of them. */
  readonly words: readonly string[];
  /** The moment at which the status is evaluated. */
  readonly now: Date;
}

export interface PageRequest {
  readonly order: ProductOrder;
  /** Null: from the first product. */
  readonly after: Position | null;
  readonly limit: number;
}
