import type { SubgraphContext } from '../../../platform/graphql/subgraph-context.ts';

/** What of a request's context its time is worked out from. */
interface TimedContext extends SubgraphContext {
  /** Milliseconds. */
  readonly services: { readonly purchaseTimeoutMs: number };
}

/** For the response to reach the router, so that the caller gets `OutcomeUnknown` from this process rather than a time-out from the router. */
const RESPONSE_ALLOWANCE_MS = 250;
/** For the request to reach this process, so that a purchase that had to queue in the router keeps its whole timeout. */
const REQUEST_ALLOWANCE_MS = 5_000;

/** Deadline propagation: how long a purchase may take, in milliseconds; no longer than its caller waits. */
export function remainingMs(context: TimedContext): number {
  const { identity, services } = context;
  const ofCaller =
    identity.remainingMs === null ? Number.POSITIVE_INFINITY : identity.remainingMs - RESPONSE_ALLOWANCE_MS;
  const lifetime = attemptLifetimeMs(services.purchaseTimeoutMs) - ageOf(context);
  return Math.max(0, Math.min(services.purchaseTimeoutMs, ofCaller, lifetime));
}

/**
 * How long after the request reached the system a purchase may be admitted, in milliseconds: for so long a refusal has to be
 * remembered (`RefusalMemory`).
 */
export const attemptLifetimeMs = (purchaseTimeoutMs: number): number =>
  purchaseTimeoutMs + REQUEST_ALLOWANCE_MS;

/** How long ago the request reached the system, in milliseconds. A clock behind the router's counts as no time. */
export const ageOf = ({ identity: { receivedAt } }: SubgraphContext): number =>
  receivedAt === undefined ? 0 : Math.max(0, Date.now() - receivedAt);
