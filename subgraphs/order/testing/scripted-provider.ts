import { once } from 'node:events';
import type {
  CancelOutcome,
  ChargeOutcome,
  ChargeState,
  PaymentIntent,
  PaymentProvider,
} from '../payment/payment-provider.ts';

/** A payment provider whose answers a test chooses, and which records its calls. */
export class ScriptedProvider implements PaymentProvider {
  /** What a charge answers; null: nothing, until the caller's timeout. */
  answer: ChargeOutcome | null = null;
  /** What a look-up answers. */
  state: ChargeState = { kind: 'underWay' };
  /** How many refunds fail before one is made. */
  failingRefunds = 0;
  readonly charged: string[] = [];
  readonly refunded: string[] = [];
  readonly cancelled: string[] = [];

  recognises(): boolean {
    return true;
  }

  async charge(intent: PaymentIntent, _token: string, signal: AbortSignal): Promise<ChargeOutcome> {
    this.charged.push(intent.id);
    if (this.answer) return this.answer;
    if (!signal.aborted) await once(signal, 'abort');
    throw new Error('no answer');
  }

  async lookUp(): Promise<ChargeState> {
    return this.state;
  }

  async cancel(intentId: string): Promise<CancelOutcome> {
    if (this.state.kind !== 'notFound') return this.state;
    this.cancelled.push(intentId);
    this.state = { kind: 'declined' };
    return this.state;
  }

  async refund(intentId: string): Promise<void> {
    if (this.failingRefunds-- > 0) throw new Error('no answer');
    this.refunded.push(intentId);
  }
}

export const succeeded: ChargeOutcome = { kind: 'succeeded', reference: 'test' };
