import type { OrderContext } from '../context.ts';

/** For the way back, so that the caller hears `OutcomeUnknown` from us rather than a time-out from the router. */
const RESPONSE_ALLOWANCE_MS = 250;
/** For the way to this process, so that a purchase that had to queue in the router is not cut short. */
const REQUEST_ALLOWANCE_MS = 5_000;

/** How long a purchase may take, in milliseconds: no longer than whoever asked for it waits. */
export function remainingMs(context: OrderContext): number {
  const { identity, services } = context;
  const asked = identity.patienceMs === null ? Number.POSITIVE_INFINITY : identity.patienceMs - RESPONSE_ALLOWANCE_MS;
  const lifetime = attemptLifetimeMs(services.purchaseTimeoutMs) - ageOf(context);
  return Math.max(0, Math.min(services.purchaseTimeoutMs, asked, lifetime));
}

/**
 * How long after the request reached the system a purchase may be admitted, in milliseconds: for so long a refusal has to be
 * remembered (`RefusalMemory`).
 */
export const attemptLifetimeMs = (purchaseTimeoutMs: number): number => purchaseTimeoutMs + REQUEST_ALLOWANCE_MS;

/** How long ago the request reached the system, in milliseconds. A clock behind the router's counts as no time. */
export const ageOf = ({ identity: { receivedAt } }: OrderContext): number =>
  receivedAt === undefined ? 0 : Math.max(0, Date.now() - receivedAt);
