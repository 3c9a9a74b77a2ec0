import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type {
  CancelOutcome,
  ChargeOutcome,
  ChargeState,
  PaymentIntent,
  PaymentProvider,
} from './payment-provider.ts';

type Outcome = ChargeOutcome['kind'];

const TOKENS = ['sim_success', 'sim_declined', 'sim_timeout', 'sim_random'] as const;

type Token = (typeof TOKENS)[number];

/**
 * A provider without money. What it answers depends on nothing but the token and the intent's id, and what it has done is
 * kept in a table of its own, as by a real provider: so it is the same one for every process, and after a crash. Its clock is
 * MySQL's.
 */
export class PaymentSimulator implements PaymentProvider {
  readonly #pool: Pool;
  readonly #declineRate: number;

  /** @param declineRate how many of the `sim_random` are declined, 0 to 1 */
  constructor(pool: Pool, declineRate: number) {
    this.#pool = pool;
    this.#declineRate = declineRate;
  }

  recognises(token: string): token is Token {
    return TOKENS.some((known) => known === token);
  }

  async charge(intent: PaymentIntent, token: string, signal: AbortSignal): Promise<ChargeOutcome> {
    await this.#pool.query(
      `INSERT INTO simulated_charge (intent_id, outcome, amount, currency, charged_at)
       VALUES (?, IF(UTC_TIMESTAMP(3) > ?, 'declined', ?), ?, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE intent_id = intent_id`,
      [
        uuidToBytes(intent.id),
        intent.notAfter,
        this.#outcomeOf(intent, token),
        intent.amount,
        intent.currency,
      ],
    );
    if (token === 'sim_timeout') await silence(signal);
    return (await this.#find(intent.id))!;
  }

  async lookUp(intentId: string): Promise<ChargeState> {
    return (await this.#find(intentId)) ?? { kind: 'notFound' };
  }

  /** The row is the tombstone: `charge` leaves a row that is there as it is. */
  async cancel(intentId: string): Promise<CancelOutcome> {
    await this.#pool.query(
      `INSERT INTO simulated_charge (intent_id, outcome, amount, currency, charged_at)
       VALUES (?, 'declined', 0, 'XXX', UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE intent_id = intent_id`,
      [uuidToBytes(intentId)],
    );
    return (await this.#find(intentId))!;
  }

  async refund(intentId: string): Promise<void> {
    await this.#pool.query(
      `UPDATE simulated_charge SET refunded_at = ?
       WHERE intent_id = ? AND outcome = 'succeeded' AND refunded_at IS NULL`,
      [new Date(), uuidToBytes(intentId)],
    );
  }

  #outcomeOf(intent: PaymentIntent, token: string): Outcome {
    if (!this.recognises(token)) return 'declined';
    switch (token) {
      case 'sim_success':
      case 'sim_timeout':
        return 'succeeded';
      case 'sim_declined':
        return 'declined';
      case 'sim_random':
        return fractionOf(intent.id) < this.#declineRate ? 'declined' : 'succeeded';
    }
  }

  async #find(intentId: string): Promise<ChargeOutcome | null> {
    const [[row]] = await this.#pool.query<(RowDataPacket & { outcome: Outcome })[]>(
      'SELECT outcome FROM simulated_charge WHERE intent_id = ?',
      [uuidToBytes(intentId)],
    );
    if (!row) return null;
    return row.outcome === 'succeeded'
      ? { kind: 'succeeded', reference: `sim_${intentId}` }
      : { kind: 'declined' };
  }
}

/** A number from 0 to 1 that is the same for an id every time, and spread evenly over ids. */
function fractionOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE() / 2 ** 32;
}

/** Until the caller's timeout. */
async function silence(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw new Error('The payment was not answered.');
}
