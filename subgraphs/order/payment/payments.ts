import { Fault } from '../../../platform/errors.ts';
import { eachItem } from '../../../platform/lifecycle/each-item.ts';
import type { Logger } from '../../../platform/logger.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { withTimeout } from '../../../platform/with-timeout.ts';
import { reach } from '../failpoints.ts';
import type { Payable } from '../orders/payable-order.ts';
import type { ReacquireTerms } from '../orders/reacquire-units.ts';
import type { OrderRepository } from '../orders/order-repository.ts';
import type { OrderStateMachine } from '../orders/transition-orders.ts';
import type { ProductReader } from '../products/product-reader.ts';
import type { StockService } from '../stock/stock-service.ts';
import { beginPayment, type PaymentRefusal } from './begin-payment.ts';
import { concludePayment } from './conclude-payment.ts';
import type { ChargeOutcome, ChargeState, PaymentIntent, PaymentProvider } from './payment-provider.ts';
import { instrumentedProvider } from './instrumented-provider.ts';
import { JoinedRuns } from './joined-runs.ts';
import {
  claimPayments,
  findPayment,
  findRefundsDue,
  markRechecked,
  markRefunded,
  type ClaimedPayment,
  type PaymentRecord,
} from './payment-repository.ts';

export interface PaymentDependencies extends OrderStateMachine {
  readonly provider: PaymentProvider;
  readonly orders: OrderRepository;
  readonly products: ProductReader;
  readonly stock: StockService;
  /** How long the provider may take to answer, in milliseconds. */
  readonly providerTimeoutMs: number;
  /** How long an intent may be under way at the provider before it is cancelled there, in milliseconds. */
  readonly unresolvedMs: number;
  /** How long after a decline the provider's state is read once more, in milliseconds. */
  readonly recheckMs: number;
  readonly logger: Logger;
}

const PER_ROUND = 50;

/**
 * How long past the provider's timeout an intent that the provider does not know is left alone, in milliseconds. A `charge` that is on
 * its way for longer is refused by the tombstone, and the buyer has to pay again; so this affects convenience, not money.
 */
const CHARGE_MAY_ARRIVE_MS = 10_000;

/** Takes and refunds payments for orders. `resolve` concludes each payment that is begun here, also after a crash. */
export class Payments {
  readonly #deps: PaymentDependencies;

  /** Look-ups that notifications have caused, by intent. */
  readonly #woken = new JoinedRuns();

  constructor(dependencies: PaymentDependencies) {
    this.#deps = { ...dependencies, provider: instrumentedProvider(dependencies.provider) };
  }

  recognises(token: string): boolean {
    return this.#deps.provider.recognises(token);
  }

  /** The order is PAYING, and the intent is durable; or it may not be paid, and nothing has changed. */
  begin(orderId: string): Promise<Payable<PaymentIntent | PaymentRefusal>> {
    return beginPayment(this.#deps, orderId, this.#deps.providerTimeoutMs);
  }

  /** Charges at the provider, once. Where it does not answer in time, `resolve` finds the outcome. */
  async charge(
    intent: PaymentIntent,
    token: string,
  ): Promise<ChargeOutcome | { readonly kind: 'unanswered' }> {
    const { provider, logger } = this.#deps;
    let outcome: ChargeOutcome;
    await reach('before-charge');
    try {
      outcome = await this.#inTime((signal) => provider.charge(intent, token, signal));
    } catch (error) {
      logger.warn({ err: error, paymentId: intent.id }, 'a payment was not answered');
      return { kind: 'unanswered' };
    }
    await reach('after-charge');
    await this.#conclude(intent.id, outcome);
    return outcome;
  }

  /** One round over payments whose outcome is not known: looks up the provider's state of each. */
  async resolve(): Promise<void> {
    await this.#claimEach('PENDING', (payment) => this.#lookUp(payment));
  }

  /**
   * One round over declined payments whose second look-up is due. It finds a charge that the provider made although it had declined, or
   * behind its own tombstone, where the notification of it was lost.
   */
  async recheck(): Promise<void> {
    await this.#claimEach('DECLINED', async ({ id }) => {
      const state = await this.#stateOf(id);
      if (state.kind === 'underWay') return;
      if (state.kind === 'succeeded') await this.#conclude(id, state);
      else await markRechecked(this.#deps.pool, id);
    });
  }

  /**
   * Handles a notification about an intent. It is not trusted: the provider's state is read, as in a round. So it makes no difference
   * whether a notification comes twice, late, in another order, or forged. An intent that is not known here is ignored.
   *
   * @throws when the state cannot be read or written at the moment
   */
  wake(intentId: string): Promise<void> {
    return this.#woken.run(intentId, () => this.#lookUpNotified(intentId));
  }

  /** One round over the refunds that are due. */
  async refund(): Promise<void> {
    await this.#claimEach('REFUND_DUE', (payment) => this.#refund(payment));
  }

  /** At once, after an order has ceased to hold. Never rejects: what fails now is done by `refund`. */
  async refundOrder(orderId: string): Promise<void> {
    try {
      for (const payment of await findRefundsDue(this.#deps.pool, orderId)) await this.#refund(payment);
    } catch (error) {
      this.#deps.logger.warn({ err: error, orderId }, 'a refund will be tried again');
    }
  }

  async #lookUpNotified(intentId: string): Promise<void> {
    const payment = await findPayment(this.#deps.pool, intentId);
    if (payment?.status !== 'PENDING' && payment?.status !== 'DECLINED') return;
    const state = await this.#stateOf(intentId);
    if (state.kind === 'succeeded' || state.kind === 'declined') await this.#conclude(intentId, state);
  }

  /** Only the provider's decision concludes a payment. Where it has none, it is made to decide: behind a tombstone nothing is charged. */
  async #lookUp({ id, ageMs }: ClaimedPayment): Promise<void> {
    const { provider, providerTimeoutMs, unresolvedMs } = this.#deps;
    let state = await this.#stateOf(id);
    const mayStayMs =
      state.kind === 'notFound'
        ? providerTimeoutMs + CHARGE_MAY_ARRIVE_MS
        : Math.max(unresolvedMs, providerTimeoutMs);
    const isOpen = state.kind === 'notFound' || state.kind === 'underWay';
    if (isOpen && ageMs > mayStayMs) state = await this.#inTime((signal) => provider.cancel(id, signal));
    if (state.kind === 'succeeded' || state.kind === 'declined') await this.#conclude(id, state);
  }

  #stateOf(intentId: string): Promise<ChargeState> {
    return this.#inTime((signal) => this.#deps.provider.lookUp(intentId, signal));
  }

  async #refund({ id }: PaymentRecord): Promise<void> {
    await this.#inTime((signal) => this.#deps.provider.refund(id, signal));
    await reach('after-refund');
    await markRefunded(this.#deps.pool, id);
  }

  /** Cancels a call of the provider at its timeout. @throws at the timeout, also where the provider ignores the signal */
  #inTime<Result>(call: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { providerTimeoutMs } = this.#deps;
    const controller = new AbortController();
    return withTimeout(providerTimeoutMs, call(controller.signal), () => {
      const error = new Error(`The provider did not answer within ${providerTimeoutMs} ms.`);
      controller.abort(error);
      throw error;
    });
  }

  async #conclude(paymentId: string, outcome: ChargeOutcome): Promise<void> {
    const { pool, relay } = this.#deps;
    const conclude = (terms: ReadonlyMap<string, ReacquireTerms> | null) =>
      inTransaction(pool, (connection) => concludePayment(connection, paymentId, outcome, terms, this.#deps));

    let conclusion = await conclude(null);
    if (conclusion.kind === 'late') conclusion = await conclude(await this.#termsFor(conclusion.orderId));
    if (conclusion.kind === 'concluded') await relay.deliverAll(conclusion.movements);
  }

  /** @throws {Fault} when the product subgraph does not answer; then the payment is concluded later */
  async #termsFor(orderId: string): Promise<Map<string, ReacquireTerms>> {
    const { orders, products, stock } = this.#deps;
    const record = (await orders.findRecords([orderId])).get(orderId);
    if (record?.kind !== 'order') throw new Fault('INTERNAL');
    const terms = new Map<string, ReacquireTerms>();
    for (const { productId } of record.order.items) {
      const product = await products.read(productId);
      const reserved = (await stock.read(productId))?.reserved ?? 0;
      if (product) terms.set(productId, { purchaseLimit: product.terms.purchaseLimit, reserved });
    }
    return terms;
  }

  async #claimEach(
    state: 'PENDING' | 'DECLINED' | 'REFUND_DUE',
    work: (payment: ClaimedPayment) => Promise<void>,
  ): Promise<void> {
    const payments = await claimPayments(this.#deps.pool, state, PER_ROUND);
    const options = { job: `payments ${state}`, running: PER_ROUND, logger: this.#deps.logger };
    await eachItem(payments, { ...options, keyOf: ({ id }) => id }, work);
  }
}
