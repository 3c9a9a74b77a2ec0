import type { GraphRules } from '../schema/serving-schema.ts';
import { shopArgumentsOf } from './shop-arguments.ts';
import { assertSinglePurchase } from './single-purchase.ts';

/** @param singleMutations mutations of which an operation may select one, in all */
export const shopRules = (singleMutations: ReadonlySet<string>): GraphRules => ({
  argumentChecks: shopArgumentsOf,
  assertAllowed: (selected) => assertSinglePurchase(selected, singleMutations),
});
