import type { ReserveOutcome, ReserveRequest, SaleTerms } from './stock-outcomes.ts';

/** How purchases are admitted: by one script for many of them, or one by one under a lock. */
export interface Admission {
  /** Never rejects: what Redis did not answer is an outcome, too. */
  reserve(productId: string, request: ReserveRequest, terms: SaleTerms): Promise<ReserveOutcome>;
}
