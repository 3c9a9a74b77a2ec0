import { paymentProviderCalls } from './metrics.ts';
import type { PaymentProvider } from './payment-provider.ts';

type Call = 'charge' | 'lookUp' | 'cancel' | 'refund';

/** The same provider, with a count of the calls that it answered and of those that failed. */
export function instrumentedProvider(provider: PaymentProvider): PaymentProvider {
  const instrumented = async <Result>(call: Call, run: () => Promise<Result>): Promise<Result> => {
    try {
      const result = await run();
      paymentProviderCalls.labels(call, 'answered').inc();
      return result;
    } catch (error) {
      paymentProviderCalls.labels(call, 'failed').inc();
      throw error;
    }
  };
  return {
    recognises: (token) => provider.recognises(token),
    charge: (...args) => instrumented('charge', () => provider.charge(...args)),
    lookUp: (...args) => instrumented('lookUp', () => provider.lookUp(...args)),
    cancel: (...args) => instrumented('cancel', () => provider.cancel(...args)),
    refund: (...args) => instrumented('refund', () => provider.refund(...args)),
  };
}
