import type { OrderConfig } from '../config.ts';
import type { OrderStores } from '../order-stores.ts';
import { HttpPaymentProvider } from './http-payment-provider.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { PaymentSimulator } from './payment-simulator.ts';

/** The provider that PAYMENT_PROVIDER names. */
export function choosePaymentProvider(config: OrderConfig, { database }: OrderStores): PaymentProvider {
  switch (config.PAYMENT_PROVIDER) {
    case 'simulator':
      return new PaymentSimulator(database.pool, config.PAYMENT_DECLINE_RATE);
    case 'http':
      // Both are there, or the configuration was refused.
      return new HttpPaymentProvider({
        url: config.PAYMENT_PROVIDER_URL!,
        key: config.PAYMENT_PROVIDER_KEY!,
      });
  }
}
