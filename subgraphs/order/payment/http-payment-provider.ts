import { Agent, type Dispatcher } from 'undici';
import { z } from 'zod';
import type {
  CancelOutcome,
  ChargeOutcome,
  ChargeState,
  PaymentIntent,
  PaymentProvider,
} from './payment-provider.ts';

export interface HttpPaymentProviderOptions {
  /** The root of the provider's API; a path in it is kept. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly key: string;
}

const TOKEN = /^[\w.:-]{1,200}$/;
const LARGEST_ANSWER = 65_536;
/** Calls at a time to the provider, from one process; more wait until their timeout. */
const CONNECTIONS = 64;

const payment = z.object({
  id: z.string(),
  status: z.enum(['pending', 'succeeded', 'declined', 'cancelled', 'refunded']),
  reference: z.string().max(200).optional(),
});

type Payment = z.infer<typeof payment>;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * A provider that is called by HTTP, as README.md of this folder says. Every POST carries an `idempotency-key` that is the same for
 * the same work, so a call may be repeated whenever its answer was lost. No answer but 200 with the state of this payment, and 404 to a look-up,
 * is a decision: any answer of a proxy in between leaves the outcome open.
 */
export class HttpPaymentProvider implements PaymentProvider {
  readonly #url: string;
  readonly #key: string;
  readonly #agent = new Agent({ connections: CONNECTIONS, maxResponseSize: LARGEST_ANSWER });

  constructor({ url, key }: HttpPaymentProviderOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#key = key;
  }

  recognises(token: string): boolean {
    return TOKEN.test(token);
  }

  async charge(intent: PaymentIntent, token: string, signal: AbortSignal): Promise<ChargeOutcome> {
    const { id, amount, currency, notAfter } = intent;
    const body = { id, amount, currency, token, notAfter: notAfter.toISOString() };
    const outcome = toOutcome(await this.#post('/payments', id, `charge-${id}`, body, signal));
    if (outcome.kind === 'underWay') throw new Error('The provider has not decided about the payment yet.');
    return outcome;
  }

  async lookUp(intentId: string, signal: AbortSignal): Promise<ChargeState> {
    const answer = await this.#send({ method: 'GET', path: `/payments/${intentId}`, signal });
    return answer.status === 404 ? { kind: 'notFound' } : toOutcome(read(answer, intentId));
  }

  async cancel(intentId: string, signal: AbortSignal): Promise<CancelOutcome> {
    const path = `/payments/${intentId}/cancel`;
    return toOutcome(await this.#post(path, intentId, `cancel-${intentId}`, {}, signal));
  }

  async refund(intentId: string, signal: AbortSignal): Promise<void> {
    const path = `/payments/${intentId}/refund`;
    const { status } = await this.#post(path, intentId, `refund-${intentId}`, {}, signal);
    if (status !== 'refunded') throw new Error(`The payment is not refunded, but ${status}.`);
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #post(
    path: string,
    intentId: string,
    idempotencyKey: string,
    body: object,
    signal: AbortSignal,
  ): Promise<Payment> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
    const text = JSON.stringify(body);
    return read(await this.#send({ method: 'POST', path, headers, body: text, signal }), intentId);
  }

  async #send({
    path,
    headers,
    ...request
  }: {
    readonly method: Dispatcher.HttpMethod;
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
  }): Promise<Answer> {
    const { origin, pathname } = new URL(this.#url + path);
    const { statusCode, body } = await this.#agent.request({
      ...request,
      origin,
      path: pathname,
      headers: { ...headers, authorization: `Bearer ${this.#key}` },
    });
    return { status: statusCode, text: await body.text() };
  }
}

/** @throws for anything but the state of this payment; the message repeats nothing of the answer */
function read({ status, text }: Answer, intentId: string): Payment {
  if (status !== 200) throw new Error(`The provider answered ${status}.`);
  const parsed = payment.safeParse(parseJson(text));
  if (!parsed.success) throw new Error('The provider answered something else than a payment.');
  if (parsed.data.id !== intentId) throw new Error('The provider answered with another payment.');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What was refunded at the provider is not charged any more: without a record of the charge, that is a decline. */
function toOutcome({ id, status, reference }: Payment): CancelOutcome {
  switch (status) {
    case 'pending':
      return { kind: 'underWay' };
    case 'succeeded':
      return { kind: 'succeeded', reference: reference ?? id };
    case 'declined':
    case 'cancelled':
    case 'refunded':
      return { kind: 'declined' };
  }
}
