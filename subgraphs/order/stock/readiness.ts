import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedBackoff } from '../../../platform/lifecycle/keyed-backoff.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { RebuildOutcome } from './rebuild.ts';

export interface ReadyRequest {
  readonly productId: string;
  /** Epochs below this are known to be dead in MySQL. */
  readonly minEpoch: number;
  /** The product has a limit, so it cannot be sold from unless holdings are counted. */
  readonly needsHoldings: boolean;
  /** When to stop waiting, of `performance.now()`. */
  readonly deadline: number;
}

/** `noStock`: MySQL knows of none, so nothing of the product can have been sold. */
export type Readiness = 'ready' | 'notReady' | 'noStock';

type IsReady = (request: ReadyRequest) => Promise<boolean>;
type Rebuild = (
  productId: string,
  options: { readonly countHoldings: boolean },
  isReady: () => Promise<boolean>,
) => Promise<RebuildOutcome>;

const POLL_MS = 25;
/** Of rebuilds of one product by one process after which it could not be sold from: each uses up an epoch without effect. */
const BACKOFF = { free: 2, firstMs: 250, longestMs: 4_000 };

/**
 * Makes a product ready to be sold from: waits for its gate, or rebuilds. All that wait for a product in this process
 * share one check and one rebuild. A rebuild that did not help is repeated with exponential back-off, and the product is not
 * ready meanwhile; other products are not affected.
 */
export class StockReadiness {
  readonly #isReady: IsReady;
  readonly #rebuild: Rebuild;
  readonly #logger: Logger;
  readonly #underWay = new Map<string, Promise<RebuildOutcome | 'delayed'>>();
  readonly #backoff = new KeyedBackoff(BACKOFF);

  constructor(isReady: IsReady, rebuild: Rebuild, logger: Logger) {
    this.#isReady = isReady;
    this.#rebuild = rebuild;
    this.#logger = logger;
  }

  /** @returns `notReady` when the product could not be made ready by the deadline */
  async ensure(request: ReadyRequest): Promise<Readiness> {
    while (performance.now() < request.deadline) {
      const outcome = await this.#tryOnce(request);
      if (outcome === 'ready' || outcome === 'noStock') return outcome;
      if (outcome === 'failed' || outcome === 'delayed') break;
      await sleep(POLL_MS * (0.5 + Math.random()));
    }
    return 'notReady';
  }

  /** The product has been sold from: its next rebuild is a first one. */
  succeeded(productId: string): void {
    this.#backoff.succeeded(productId);
  }

  async #tryOnce(request: ReadyRequest): Promise<RebuildOutcome | 'failed' | 'delayed'> {
    const name = `${request.productId} ${request.minEpoch} ${request.needsHoldings}`;
    let running = this.#underWay.get(name);
    if (!running) {
      running = this.#checkOrRebuild(request).finally(() => this.#underWay.delete(name));
      this.#underWay.set(name, running);
    }
    try {
      return await running;
    } catch (error) {
      this.#logger.warn({ err: error, productId: request.productId }, 'stock could not be made ready');
      return 'failed';
    }
  }

  async #checkOrRebuild(request: ReadyRequest): Promise<RebuildOutcome | 'delayed'> {
    const { productId, needsHoldings } = request;
    const isReady = () => this.#isReady(request);
    if (await isReady()) return 'ready';
    if (this.#backoff.isDelayed(productId)) return 'delayed';
    try {
      const outcome = await this.#rebuild(productId, { countHoldings: needsHoldings }, isReady);
      // Also one that went well: whether it helped is known when the product is sold from.
      if (outcome === 'ready' || outcome === 'lost') this.#backoff.failed(productId);
      return outcome;
    } catch (error) {
      this.#backoff.failed(productId);
      throw error;
    }
  }
}
