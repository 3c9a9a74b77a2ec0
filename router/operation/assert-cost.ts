import { Fault } from '../../platform/errors.ts';
import { costOf, type Cost } from './cost.ts';
import type { Variables } from './selected-operation.ts';

/** What an operation is estimated to cost, and what it may. */
export interface CostEstimate {
  readonly estimated: number;
  readonly limit: number;
}

/** @throws {Fault} OPERATION_TOO_COMPLEX */
export function assertCost(cost: Cost, variables: Variables, limit: number): CostEstimate {
  const estimated = costOf(cost, variables);
  if (estimated > limit) {
    throw new Fault(
      'OPERATION_TOO_COMPLEX',
      `The operation is estimated to cost ${estimated}, and ${limit} is the most: ask for shorter lists or fewer fields.`,
    );
  }
  return { estimated, limit };
}
