import { timeout, TimeoutStrategy, type TimeoutPolicy } from 'cockatiel';
import { Fault } from '../../../platform/errors.ts';
import { eachItem } from '../../../platform/lifecycle/each-item.ts';
import type { Logger } from '../../../platform/logger.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import type { FulfilmentDependencies, Payable } from '../fulfilment/payable-order.ts';
import type { TakingTerms } from '../fulfilment/take-again.ts';
import type { OrderRepository } from '../orders/order-repository.ts';
import type { ProductReader } from '../products/product-reader.ts';
import type { StockService } from '../stock/stock-service.ts';
import { beginPayment, type PaymentRefusal } from './begin-payment.ts';
import { concludePayment } from './conclude-payment.ts';
import type { ChargeOutcome, PaymentIntent, PaymentProvider } from './payment-provider.ts';
import {
  claimPayments,
  findRefundsDue,
  markRefunded,
  type ClaimedPayment,
  type PaymentRecord,
} from './payment-repository.ts';

export interface PaymentDependencies extends FulfilmentDependencies {
  readonly provider: PaymentProvider;
  readonly orders: OrderRepository;
  readonly products: ProductReader;
  readonly stock: StockService;
  /** How long the provider may take to answer, in milliseconds. */
  readonly providerTimeoutMs: number;
  readonly logger: Logger;
}

const PER_ROUND = 50;

/** What the provider's clock may differ from MySQL's, in milliseconds. */
const CLOCK_SLACK_MS = 10_000;

/** Takes payments for orders and gives them back. What is begun here is brought to an end by `resolve`, whatever happens between. */
export class Payments {
  readonly #the: PaymentDependencies;
  readonly #patience: TimeoutPolicy;

  constructor(dependencies: PaymentDependencies) {
    this.#the = dependencies;
    this.#patience = timeout(dependencies.providerTimeoutMs, TimeoutStrategy.Aggressive);
  }

  recognises(token: string): boolean {
    return this.#the.provider.recognises(token);
  }

  /** The order is PAYING, and the intent is durable; or it may not be paid, and nothing has changed. */
  begin(orderId: string): Promise<Payable<PaymentIntent | PaymentRefusal>> {
    return beginPayment(this.#the, orderId, this.#the.providerTimeoutMs);
  }

  /** Asks the provider for the money, once. An answer that does not come in time is for `resolve` to find out. */
  async charge(
    intent: PaymentIntent,
    token: string,
  ): Promise<ChargeOutcome | { readonly kind: 'unanswered' }> {
    const { provider, logger } = this.#the;
    let outcome: ChargeOutcome;
    try {
      outcome = await this.#patience.execute(({ signal }) => provider.charge(intent, token, signal));
    } catch (error) {
      logger.warn({ err: error, paymentId: intent.id }, 'a payment was not answered');
      return { kind: 'unanswered' };
    }
    await this.#conclude(intent.id, outcome);
    return outcome;
  }

  /** One round over payments whose outcome is not known: asks the provider what became of them. */
  async resolve(): Promise<void> {
    await this.#seeTo('PENDING', (payment) => this.#lookUp(payment));
  }

  /** One round over the refunds that are due. */
  async refund(): Promise<void> {
    await this.#seeTo('REFUND_DUE', (payment) => this.#refund(payment));
  }

  /** At once, after an order has ceased to hold. Never rejects: what fails now is done by `refund`. */
  async refundOrder(orderId: string): Promise<void> {
    try {
      for (const payment of await findRefundsDue(this.#the.pool, orderId)) await this.#refund(payment);
    } catch (error) {
      this.#the.logger.warn({ err: error, orderId }, 'a refund will be tried again');
    }
  }

  async #lookUp({ id, ageMs }: ClaimedPayment): Promise<void> {
    const { provider, providerTimeoutMs } = this.#the;
    const state = await this.#patience.execute(({ signal }) => provider.lookUp(id, signal));
    switch (state.kind) {
      case 'underWay':
        return;
      case 'unheardOf': {
        // The provider charges nothing after the intent's last moment, so after that it never will.
        if (ageMs > providerTimeoutMs + CLOCK_SLACK_MS) await this.#conclude(id, { kind: 'declined' });
        return;
      }
      case 'succeeded':
      case 'declined':
        return this.#conclude(id, state);
    }
  }

  async #refund({ id }: PaymentRecord): Promise<void> {
    await this.#patience.execute(({ signal }) => this.#the.provider.refund(id, signal));
    await markRefunded(this.#the.pool, id);
  }

  async #conclude(paymentId: string, outcome: ChargeOutcome): Promise<void> {
    const { pool, delays, relay } = this.#the;
    const conclude = (terms: ReadonlyMap<string, TakingTerms> | null) =>
      inTransaction(pool, (connection) => concludePayment(connection, paymentId, outcome, terms, delays));

    let conclusion = await conclude(null);
    if (conclusion.kind === 'late') conclusion = await conclude(await this.#termsFor(conclusion.orderId));
    if (conclusion.kind === 'concluded') await relay.deliverAll(conclusion.movements);
  }

  /** @throws {Fault} when the product subgraph does not answer; then the payment is concluded later */
  async #termsFor(orderId: string): Promise<Map<string, TakingTerms>> {
    const { orders, products, stock } = this.#the;
    const record = (await orders.findRecords([orderId])).get(orderId);
    if (record?.kind !== 'order') throw new Fault('INTERNAL');
    const terms = new Map<string, TakingTerms>();
    for (const { productId } of record.order.items) {
      const product = await products.read(productId);
      const reserved = (await stock.read(productId))?.reserved ?? 0;
      if (product) terms.set(productId, { purchaseLimit: product.terms.purchaseLimit, reserved });
    }
    return terms;
  }

  async #seeTo(
    state: 'PENDING' | 'REFUND_DUE',
    work: (payment: ClaimedPayment) => Promise<void>,
  ): Promise<void> {
    const payments = await claimPayments(this.#the.pool, state, PER_ROUND);
    const options = { job: `payments ${state}`, running: PER_ROUND, logger: this.#the.logger };
    await eachItem(payments, { ...options, keyOf: ({ id }) => id }, work);
  }
}
