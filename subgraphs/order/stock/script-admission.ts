import { createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import { isLeftOut } from '../../../platform/lifecycle/fault-point.ts';
import type { Logger } from '../../../platform/logger.ts';
import { inSpan } from '../../../platform/observability/current-span.ts';
import { sharedSpan } from '../../../platform/observability/span.ts';
import { hasNotRun } from '../../../platform/redis/client.ts';
import type { Admission } from './admission.ts';
import { redisId } from './redis-id.ts';
import {
  reserveOutcome,
  type ReserveOutcome,
  type ReserveRequest,
  type SaleTerms,
} from './stock-outcomes.ts';
import { STOCK_GUARD } from './stock-repository.ts';
import type { StockTools } from './stock-tools.ts';

/** Purchases in one call of the script: some 5 ms of Redis's time. */
const MAX_PER_CALL = 256;

interface Asked {
  readonly request: ReserveRequest;
  readonly terms: SaleTerms;
}

/** The strategy `atomic`: one call of the script admits or refuses all who ask for a product at the moment, in order of arrival. */
export class ScriptAdmission implements Admission {
  readonly #tools: StockTools;
  readonly #reservationTtlMs: number;
  readonly #logger: Logger;
  readonly #waiting = createKeyedCoalescer(
    (productId: string, asked: readonly Asked[]) => this.#reserveAll(productId, asked),
    { maxItems: MAX_PER_CALL },
  );

  /** @param reservationTtlMs after which a reservation is due to be settled, in milliseconds */
  constructor(tools: StockTools, reservationTtlMs: number, logger: Logger) {
    this.#tools = tools;
    this.#reservationTtlMs = reservationTtlMs;
    this.#logger = logger;
  }

  async reserve(productId: string, request: ReserveRequest, terms: SaleTerms): Promise<ReserveOutcome> {
    try {
      return await this.#waiting.ask(productId, { request, terms });
    } catch (error) {
      if (hasNotRun(error)) return { kind: 'notReady' };
      this.#logger.warn({ err: error, productId }, 'a reservation was not answered');
      return { kind: 'unanswered' };
    }
  }

  async #reserveAll(productId: string, asked: readonly Asked[]): Promise<ReserveOutcome[]> {
    const { keys, scripts, gate, clock, busyProducts, readClock, writer } = this.#tools;
    const source = await writer.connect().catch(() => null);
    if (source === null) return asked.map(() => ({ kind: 'notReady' }));
    await busyProducts.keep(productId);
    if (!clock.isKnown(productId)) clock.observe(productId, await readClock(productId));
    // Read within the second, all of them; the latest is the best.
    const { terms } = asked.at(-1)!;
    const purchases = asked.flatMap(({ request }) => [
      redisId(request.orderId),
      redisId(request.userId),
      request.quantity,
      clock.at(productId, request.deadline),
    ]);
    const span = sharedSpan(asked, ({ request }) => request.span, 'redis reserve', {
      purchases: asked.length,
    });
    const reply = await inSpan(span, () =>
      gate.through(productId, (epoch) => {
        const { stock, due, records, holding } = keys.ofEpoch(productId, epoch);
        return scripts.reserve(
          [keys.gate(productId), stock, due, records, holding],
          [
            epoch,
            this.#reservationTtlMs,
            terms.opensAt,
            terms.withdrawn ? -1 : (terms.closesAt ?? 0),
            terms.purchaseLimit ?? 0,
            isLeftOut(STOCK_GUARD) ? 0 : 1,
            source,
            ...purchases,
          ],
        );
      }),
    ).finally(() => span.end());
    if (reply.state === 'notReady') return asked.map(() => ({ kind: 'notReady' }));
    clock.observe(productId, reply.now);

    const codes = reply.rest.map(Number);
    return asked.map(({ request }, index) =>
      reserveOutcome(codes[2 * index]!, codes[2 * index + 1]!, {
        productId,
        orderId: request.orderId,
        epoch: reply.epoch,
        now: reply.now,
      }),
    );
  }
}
