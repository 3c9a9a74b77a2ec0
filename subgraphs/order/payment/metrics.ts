import { counter } from '../../../platform/observability/metrics.ts';
import { outcomes } from '../outcome-labels.ts';

export const paymentProviderCalls = counter(
  'payment_provider_calls_total',
  'Calls of the payment provider, by whether it answered.',
  ['call', 'outcome'],
  ['charge', 'lookUp', 'cancel', 'refund'].flatMap((call) =>
    ['answered', 'failed'].map((outcome) => ({ call, outcome })),
  ),
);

export const webhookCalls = counter(
  'payment_webhook_calls_total',
  'Requests to the webhook: those without a valid signature are refused.',
  ['outcome'],
  outcomes<'accepted' | 'refused'>({ accepted: 1, refused: 1 }),
);
