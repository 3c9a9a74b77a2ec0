import { counter } from '../../../platform/observability/metrics.ts';
import { PRECONDITION_NAMES } from '../orders/order-transitions.ts';

export const waitingOrders = counter(
  'orders_waiting_total',
  'Times at which an order that was due could not be transitioned, by the precondition that it did not meet. Each waits for an hour then.',
  ['missing'],
  PRECONDITION_NAMES.map((missing) => ({ missing })),
);
