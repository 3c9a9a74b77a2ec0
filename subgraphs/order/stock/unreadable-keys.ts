import { LRUCache } from 'lru-cache';
import { isUnreadable as isUnreadableByRedis } from '../../../platform/redis/unreadable.ts';

export const isUnreadable = (error: unknown): boolean =>
  error instanceof UnreadableKeysError || isUnreadableByRedis(error);

const nameOf = (productId: string, epoch: number): string => `${productId} ${epoch}`;

/** Thrown where keys of a product cannot be read. What they held is lost, and is rebuilt from MySQL under a new epoch. */
export class UnreadableKeysError extends Error {
  override readonly name = 'UnreadableKeysError';
}

/** No epoch is known where the gate itself cannot be read. */
const NO_EPOCH = 0;

/**
 * Which products have an epoch that cannot be read, as far as this process has noticed. Scripts check no types, which would cost
 * every purchase: the error shows it. Such an epoch counts as not ready from then on, although its numbers may look
 * right, since it may be any of its keys that is broken.
 */
export class UnreadableKeys {
  readonly #epochs = new LRUCache<string, true>({ max: 10_000 });
  readonly #listeners: ((productId: string, epoch: number) => void)[] = [];

  /** @param listener called for each note, with the epoch; 0: the gate itself cannot be read */
  subscribe(listener: (productId: string, epoch: number) => void): void {
    this.#listeners.push(listener);
  }

  note(productId: string, epoch: number = NO_EPOCH): void {
    if (epoch !== NO_EPOCH) this.#epochs.set(nameOf(productId, epoch), true);
    for (const notify of this.#listeners) notify(productId, epoch);
  }

  /** @returns whether that epoch of the product is known to be unreadable: of an earlier one nothing follows, as a gate may have shown any */
  isNoted(productId: string, epoch: number): boolean {
    return this.#epochs.size > 0 && this.#epochs.has(nameOf(productId, epoch));
  }

  /** Notes that the work failed on keys which cannot be read. @throws {UnreadableKeysError} in that case */
  async watch<Result>(productId: string, epoch: number, work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.note(productId, epoch);
      throw new UnreadableKeysError('the stock keys of a product cannot be read', { cause: error });
    }
  }
}
