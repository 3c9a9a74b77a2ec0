import type DataLoader from 'dataloader';
import type { PaymentStatus } from '../__generated__/resolvers-types.ts';
import type { PaymentRecord, PaymentState } from './payment-repository.ts';

/** The `Payment` of the schema. */
export interface PaymentView {
  readonly id: string;
  readonly status: PaymentStatus;
  readonly amount: { readonly amount: number; readonly currency: string };
  readonly attemptedAt: Date;
}

/** Until the refund is made, the money is where it was. */
const SHOWN_AS: Readonly<Record<PaymentState, PaymentStatus>> = {
  PENDING: 'PENDING',
  SUCCEEDED: 'SUCCEEDED',
  DECLINED: 'DECLINED',
  REFUND_DUE: 'SUCCEEDED',
  REFUNDED: 'REFUNDED',
};

/** An order's latest attempt to pay; null when there was none. */
export async function latestPaymentOf(
  { id }: { readonly id: string },
  payments: DataLoader<string, PaymentRecord | null>,
): Promise<PaymentView | null> {
  const payment = await payments.load(id);
  if (!payment) return null;
  const { status, amount, currency, attemptedAt } = payment;
  return { id: payment.id, status: SHOWN_AS[status], amount: { amount, currency }, attemptedAt };
}
