import { createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import { isLeftOut } from '../../../platform/lifecycle/failpoint.ts';
import type { Logger } from '../../../platform/logger.ts';
import { inSpan } from '../../../platform/observability/current-span.ts';
import { sharedSpan } from '../../../platform/observability/span.ts';
import { hasNotRun } from '../../../platform/redis/client.ts';
import { reach } from '../failpoints.ts';
import type { Admission } from './admission.ts';
import { redisId } from './redis-id.ts';
import {
  reserveOutcome,
  type ReserveOutcome,
  type ReserveRequest,
  type SaleTerms,
} from './stock-outcomes.ts';
import { STOCK_GUARD } from './stock-repository.ts';
import type { StockStore } from './stock-store.ts';

/** Purchases in one call of the script: some 5 ms of Redis's time. */
const MAX_PER_CALL = 256;

interface AdmissionRequest {
  readonly request: ReserveRequest;
  readonly terms: SaleTerms;
}

/** The strategy `atomic`: one call of the script admits or refuses all purchases of a product that wait at the moment, in order of arrival. */
export class ScriptAdmission implements Admission {
  readonly #store: StockStore;
  readonly #reservationTtlMs: number;
  readonly #logger: Logger;
  readonly #waiting = createKeyedCoalescer(
    (productId: string, requests: readonly AdmissionRequest[]) => this.#reserveAll(productId, requests),
    { maxItems: MAX_PER_CALL },
  );

  /** @param reservationTtlMs after which a reservation is due to be settled, in milliseconds */
  constructor(store: StockStore, reservationTtlMs: number, logger: Logger) {
    this.#store = store;
    this.#reservationTtlMs = reservationTtlMs;
    this.#logger = logger;
  }

  async reserve(productId: string, request: ReserveRequest, terms: SaleTerms): Promise<ReserveOutcome> {
    return this.#waiting.submit(productId, { request, terms });
  }

  /** Each purchase by the terms that it was begun with: one call of the script for all that have the same, in order of arrival. */
  async #reserveAll(productId: string, requests: readonly AdmissionRequest[]): Promise<ReserveOutcome[]> {
    const outcomes: ReserveOutcome[] = [];
    for (const group of groupsOf(requests)) outcomes.push(...(await this.#reserveSome(productId, group)));
    return outcomes;
  }

  async #reserveSome(productId: string, requests: readonly AdmissionRequest[]): Promise<ReserveOutcome[]> {
    try {
      return await this.#callScript(productId, requests);
    } catch (error) {
      if (hasNotRun(error)) return requests.map(() => ({ kind: 'notReady' }));
      this.#logger.warn({ err: error, productId }, 'a reservation was not answered');
      return requests.map(() => ({ kind: 'unanswered' }));
    }
  }

  async #callScript(productId: string, requests: readonly AdmissionRequest[]): Promise<ReserveOutcome[]> {
    const { keys, scripts, fence, clock, activeProducts, readClock, writer } = this.#store;
    const source = await writer.connect().catch(() => null);
    if (source === null) return requests.map(() => ({ kind: 'notReady' }));
    activeProducts.touch(productId);
    if (!clock.isKnown(productId)) clock.observe(productId, await readClock(productId));
    const { terms } = requests[0]!;
    const purchases = requests.flatMap(({ request }) => [
      redisId(request.orderId),
      redisId(request.userId),
      request.quantity,
      clock.at(productId, request.deadline),
      clock.at(productId, request.startedAt ?? performance.now()),
    ]);
    const span = sharedSpan(requests, ({ request }) => request.span, 'redis reserve', {
      purchases: requests.length,
    });
    await reach('before-reserve');
    const reply = await inSpan(span, () =>
      fence.withCurrentEpoch(productId, (epoch) => {
        const { stock, due, records, holding } = keys.ofEpoch(productId, epoch);
        const { even, odd, lostAt } = keys.refusals(productId);
        return scripts.reserve(
          [keys.gate(productId), stock, due, records, holding, even, odd, lostAt],
          [
            epoch,
            this.#reservationTtlMs,
            // A product that was withdrawn before its opening is closed, rather than not open yet.
            terms.withdrawn ? 0 : terms.opensAt,
            terms.withdrawn ? -1 : (terms.closesAt ?? 0),
            terms.purchaseLimit ?? 0,
            isLeftOut(STOCK_GUARD) ? 0 : 1,
            source,
            requests[0]!.request.onlyResumes ? 0 : 1,
            ...purchases,
          ],
        );
      }),
    ).finally(() => span.end());
    await reach('after-reserve');
    if (reply.state === 'notReady') return requests.map(() => ({ kind: 'notReady' }));
    clock.observe(productId, reply.now);

    const codes = reply.rest.map(Number);
    return requests.map(({ request }, index) =>
      reserveOutcome(codes[2 * index]!, codes[2 * index + 1]!, {
        productId,
        orderId: request.orderId,
        epoch: reply.epoch,
        now: reply.now,
      }),
    );
  }
}

/** @returns runs of purchases that one call takes, in their order; mostly one, since what was read of a product is shared */
function groupsOf(requests: readonly AdmissionRequest[]): AdmissionRequest[][] {
  const groups: AdmissionRequest[][] = [];
  for (const one of requests) {
    const group = groups.at(-1);
    if (group && areEqual(group[0]!.terms, one.terms) && isSameMode(group[0]!, one)) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

const isSameMode = ({ request: one }: AdmissionRequest, { request: other }: AdmissionRequest): boolean =>
  (one.onlyResumes ?? false) === (other.onlyResumes ?? false);

const areEqual = (one: SaleTerms, other: SaleTerms): boolean =>
  one === other ||
  (one.opensAt === other.opensAt &&
    one.closesAt === other.closesAt &&
    one.withdrawn === other.withdrawn &&
    one.purchaseLimit === other.purchaseLimit);
