/**
 * The system that moves the money. Every call names an intent, whose id is made and stored here before the first call; the provider
 * does what the id stands for at most once, however often it is called, at whatever time a call arrives.
 */
export interface PaymentProvider {
  /** Whether a token has the form of this provider's tokens; the provider is not called. */
  recognises(token: string): boolean;
  /**
   * Charges an intent, once. A provider that can does not charge after `intent.notAfter`; nothing depends on it.
   *
   * @throws when the outcome is not known
   */
  charge(intent: PaymentIntent, token: string, signal: AbortSignal): Promise<ChargeOutcome>;
  /** The state of an intent. @throws when the provider does not answer */
  lookUp(intentId: string, signal: AbortSignal): Promise<ChargeState>;
  /**
   * Puts a tombstone in the place of an intent that is not charged: no charge happens under its id afterwards, also not by a `charge`
   * that is still on its way, and also where the provider has no such intent. Idempotent.
   *
   * @returns what is final now: `declined` behind the tombstone; `succeeded` where the charge came first; `underWay` where the
   * provider can decide neither at the moment
   * @throws when the provider does not answer
   */
  cancel(intentId: string, signal: AbortSignal): Promise<CancelOutcome>;
  /** Refunds what an intent charged, once, however often it is called for the intent. @throws when that is not known to have happened */
  refund(intentId: string, signal: AbortSignal): Promise<void>;
  /** Ends the connections to the provider. */
  close?(): Promise<void>;
}

export interface PaymentIntent {
  /** A UUID. */
  readonly id: string;
  /** In the smallest unit of the currency. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly notAfter: Date;
}

/** Both are final under the intent's id. */
export type ChargeOutcome =
  { readonly kind: 'succeeded'; readonly reference: string } | { readonly kind: 'declined' };

export type CancelOutcome =
  | ChargeOutcome
  /** Neither charged nor declined yet. */
  | { readonly kind: 'underWay' };

export type ChargeState =
  | CancelOutcome
  /** The provider has no such intent, which does not exclude a charge that is on its way. */
  | { readonly kind: 'notFound' };
