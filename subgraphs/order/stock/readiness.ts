import { setTimeout as sleep } from 'node:timers/promises';
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

/**
 * Sees to it that a product can be sold from: waits for its gate, or rebuilds. Whoever waits for a product in this process
 * shares one look and one rebuild.
 */
export class StockReadiness {
  readonly #isReady: IsReady;
  readonly #rebuild: Rebuild;
  readonly #logger: Logger;
  readonly #underWay = new Map<string, Promise<RebuildOutcome>>();

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
      if (outcome === 'failed') break;
      await sleep(POLL_MS * (0.5 + Math.random()));
    }
    return 'notReady';
  }

  async #tryOnce(request: ReadyRequest): Promise<RebuildOutcome | 'failed'> {
    const name = `${request.productId} ${request.minEpoch} ${request.needsHoldings}`;
    let running = this.#underWay.get(name);
    if (!running) {
      running = this.#lookOrRebuild(request).finally(() => this.#underWay.delete(name));
      this.#underWay.set(name, running);
    }
    try {
      return await running;
    } catch (error) {
      this.#logger.warn({ err: error, productId: request.productId }, 'stock could not be made ready');
      return 'failed';
    }
  }

  async #lookOrRebuild(request: ReadyRequest): Promise<RebuildOutcome> {
    const isReady = () => this.#isReady(request);
    if (await isReady()) return 'ready';
    return this.#rebuild(request.productId, { countHoldings: request.needsHoldings }, isReady);
  }
}
