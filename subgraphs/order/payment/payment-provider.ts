/**
 * Whoever takes the money. Every call names an intent, whose id is made and stored here before the provider hears of it; the
 * provider does what the id stands for at most once, however often it is asked.
 */
export interface PaymentProvider {
  /** Whether a token is one of this provider's, as far as can be told without asking. */
  recognises(token: string): boolean;
  /**
   * Charges an intent, once. A charge that arrives after `intent.notAfter` is declined; so whoever finds no charge later than
   * that knows that there will be none.
   *
   * @throws when the outcome is not known
   */
  charge(intent: PaymentIntent, token: string, signal: AbortSignal): Promise<ChargeOutcome>;
  /** What became of an intent. @throws when the provider does not answer */
  lookUp(intentId: string, signal: AbortSignal): Promise<ChargeState>;
  /** Gives back what an intent charged, once. @throws when that is not known to have happened */
  refund(intentId: string, signal: AbortSignal): Promise<void>;
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

export type ChargeOutcome =
  { readonly kind: 'succeeded'; readonly reference: string } | { readonly kind: 'declined' };

export type ChargeState =
  | ChargeOutcome
  /** It is at work on it. */
  | { readonly kind: 'underWay' }
  /** It has never heard of the intent. */
  | { readonly kind: 'unheardOf' };
