import { createKeyedCoalescer } from '../../../platform/batching/coalescer.ts';
import { redisId } from './redis-id.ts';
import { gateReply } from './stock-outcomes.ts';
import type { StockStore } from './stock-store.ts';

const MAX_PER_CALL = 256;

interface Refused {
  readonly orderId: string;
  /** The epoch of the product when the refusal was decided, as far as this process knew. */
  readonly epoch: number | undefined;
}

/**
 * Which keys were refused for good, for as long as an attempt may be under way that began before. A refusal is remembered right
 * before it is answered. Admission compares its instant with the begin of an attempt: what began before is not admitted any more, what
 * began afterwards is. Both instants are of Redis's clock.
 *
 * A scope is a key that an attempt reads: its product, so that the admission script can check it in the same call; or the
 * order itself, for a checkout whose products are not settled yet.
 */
export class RefusalMemory {
  readonly #store: StockStore;
  readonly #attemptLifetimeMs: number;
  readonly #marks = createKeyedCoalescer(
    (scope: string, refused: readonly Refused[]) => this.#rememberAll(scope, refused),
    { maxItems: MAX_PER_CALL },
  );

  /** @param attemptLifetimeMs no attempt is admitted longer than this after its begin, in milliseconds */
  constructor(store: StockStore, attemptLifetimeMs: number) {
    this.#store = store;
    this.#attemptLifetimeMs = attemptLifetimeMs;
  }

  /**
   * Call when the refusal is decided; what is returned is to be called when all checks that may contradict it are done.
   *
   * @returns a function that resolves to false when an older attempt was admitted meanwhile, or may have been: then the refusal is not
   *   final. It rejects when Redis does not answer.
   */
  refusing(scope: string, orderId: string): () => Promise<boolean> {
    const epoch = this.#store.fence.lastSeen(scope);
    return () => this.#marks.submit(scope, { orderId: redisId(orderId), epoch });
  }

  /**
   * @param startedAt when the attempt began, of `performance.now()`
   * @returns whether its key was refused since then @throws when Redis does not answer
   */
  async wasRefusedSince(scope: string, orderId: string, startedAt: number): Promise<boolean> {
    const { keys, scripts } = this.#store;
    const { even, odd, lostAt } = keys.refusals(scope);
    const reply = await scripts.readRefusal([even, odd, lostAt], [redisId(orderId)]);
    const [now, refusedAt] = reply as [number, number];
    // By Redis's clock, or a little earlier: the reply took time to come.
    const begunAt = Math.floor(now - (performance.now() - startedAt));
    return begunAt <= refusedAt;
  }

  async #rememberAll(scope: string, refused: readonly Refused[]): Promise<boolean[]> {
    const { keys, scripts, fence } = this.#store;
    const { even, odd, lostAt } = keys.refusals(scope);
    let epoch = fence.lastSeen(scope) ?? 0;
    for (let attempt = 0; attempt < 3; attempt++) {
      const reply = gateReply(
        await scripts.rememberRefusals(
          [even, odd, keys.gate(scope), keys.ofEpoch(scope, epoch).records, lostAt],
          [epoch, this.#attemptLifetimeMs, ...refused.map(({ orderId }) => orderId)],
        ),
      );
      if (reply.state === 'ready') {
        // A rebuild drops the records of the epoch before, so an order of that epoch may have been admitted and written unseen.
        return refused.map((one, index) => reply.rest[index] === 1 && (one.epoch ?? epoch) === epoch);
      }
      if (reply.state === 'otherEpoch') epoch = reply.epoch;
    }
    throw new Error('the epoch of a product changes with every check');
  }
}
