import type { OrderContext } from '../context.ts';

/** For the way back, so that the caller hears `OutcomeUnknown` from us rather than a time-out from the router. */
const WAY_BACK_MS = 250;

/** How long a purchase may take, in milliseconds: no longer than whoever asked for it waits. */
export function patienceOf({ identity, services }: OrderContext): number {
  const asked = identity.patienceMs === null ? Number.POSITIVE_INFINITY : identity.patienceMs - WAY_BACK_MS;
  return Math.max(0, Math.min(services.purchaseTimeoutMs, asked));
}
