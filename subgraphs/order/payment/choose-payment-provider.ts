import type { OrderConfig } from '../config.ts';
import type { OrderStores } from '../order-stores.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { PaymentSimulator } from './payment-simulator.ts';

/** The provider that PAYMENT_PROVIDER names. */
export function choosePaymentProvider(
  { PAYMENT_PROVIDER, PAYMENT_DECLINE_RATE }: OrderConfig,
  { database }: OrderStores,
): PaymentProvider {
  switch (PAYMENT_PROVIDER) {
    case 'simulator':
      return new PaymentSimulator(database.pool, PAYMENT_DECLINE_RATE);
  }
}
