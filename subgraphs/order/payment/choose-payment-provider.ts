import type { Pool } from 'mysql2/promise';
import { HttpPaymentProvider } from './http-payment-provider.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { PaymentSimulator } from './payment-simulator.ts';

export interface PaymentProviderSettings {
  readonly PAYMENT_PROVIDER: 'simulator' | 'http';
  readonly PAYMENT_PROVIDER_URL?: string | undefined;
  readonly PAYMENT_PROVIDER_KEY?: string | undefined;
  readonly PAYMENT_DECLINE_RATE: number;
}

/** @returns the provider that PAYMENT_PROVIDER names */
export function choosePaymentProvider(settings: PaymentProviderSettings, pool: Pool): PaymentProvider {
  switch (settings.PAYMENT_PROVIDER) {
    case 'simulator':
      return new PaymentSimulator(pool, settings.PAYMENT_DECLINE_RATE);
    case 'http':
      // Both are there, or the configuration was refused.
      return new HttpPaymentProvider({
        url: settings.PAYMENT_PROVIDER_URL!,
        key: settings.PAYMENT_PROVIDER_KEY!,
      });
  }
}
