import type { GatewayConfig } from '@apollo/gateway';

/** What the planner makes of an operation. */
export type QueryPlan = Parameters<
  NonNullable<GatewayConfig['experimental_didResolveQueryPlan']>
>[0]['queryPlan'];

export type PlanNode = Exclude<NonNullable<QueryPlan['node']>, { kind: 'Subscription' }>;
export type FetchNode = Extract<PlanNode, { kind: 'Fetch' }>;
export type RequiredSelection = NonNullable<FetchNode['requires']>[number];
export type Rewrite = NonNullable<FetchNode['outputRewrites']>[number];
