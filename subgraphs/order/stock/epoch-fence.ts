import { LRUCache } from 'lru-cache';
import type { Redis } from '../../../platform/redis/client.ts';
import { LARGEST_EPOCH } from './next-epoch.ts';
import type { StockKeys } from './stock-keys.ts';
import { gateReply, type GateReply } from './stock-outcomes.ts';
import { isUnreadable, UnreadableKeysError, type UnreadableKeys } from './unreadable-keys.ts';

/**
 * The epoch fence (fencing token): runs scripts on the keys of a product's current epoch, which its gate key names. Keys are named by
 * epoch, so a caller has to know the epoch before it can call: the last one that this process has seen is tried, and the script returns the
 * current one where it differs. The epoch cached here saves a round trip; only the script decides whether it is current.
 */
export class EpochFence {
  readonly #redis: Redis;
  readonly #keys: StockKeys;
  readonly #unreadable: UnreadableKeys;
  readonly #epochs = new LRUCache<string, number>({ max: 100_000 });

  constructor(redis: Redis, keys: StockKeys, unreadable: UnreadableKeys) {
    this.#redis = redis;
    this.#keys = keys;
    this.#unreadable = unreadable;
  }

  /** @returns the epoch that this process has seen last, if any; no command is sent */
  lastSeen(productId: string): number | undefined {
    return this.#epochs.get(productId);
  }

  /**
   * @param call runs a script with the keys of an epoch; its reply begins as `gateReply` reads it
   * @returns `notReady` also where the script fails on keys that cannot be read: they are noted
   */
  async withCurrentEpoch(
    productId: string,
    call: (epoch: number) => Promise<unknown>,
  ): Promise<
    (GateReply & { readonly state: 'ready' } & { readonly epoch: number }) | { readonly state: 'notReady' }
  > {
    let epoch = this.#epochs.get(productId) ?? (await this.currentEpoch(productId));
    // A rebuild between two calls is rare; two of them in a row mean that something is wrong with Redis.
    for (let attempt = 0; attempt < 3 && epoch !== null; attempt++) {
      const reply = await this.#call(productId, epoch, call);
      if (reply.state === 'ready') {
        this.#epochs.set(productId, epoch);
        return { ...reply, epoch };
      }
      if (reply.state === 'notReady') break;
      epoch = reply.epoch;
    }
    this.#epochs.delete(productId);
    return { state: 'notReady' };
  }

  /** @returns the epoch that the gate is at, whichever server wrote it; null when there is no gate, or none that can be read */
  async currentEpoch(productId: string): Promise<number | null> {
    try {
      return epochOfGate(await this.#redis.get(this.#keys.gate(productId)));
    } catch (error) {
      if (isUnreadable(error)) return null;
      throw error;
    }
  }

  async #call(
    productId: string,
    epoch: number,
    call: (epoch: number) => Promise<unknown>,
  ): Promise<GateReply> {
    try {
      return gateReply(await this.#unreadable.watch(productId, epoch, call(epoch)));
    } catch (error) {
      if (error instanceof UnreadableKeysError) return { state: 'notReady' };
      throw error;
    }
  }
}

/** @returns the epoch in a gate; null where there is none that a rebuild could have chosen */
export function epochOfGate(gate: string | null): number | null {
  const epoch = Number.parseInt(gate ?? '', 10);
  return epoch > 0 && epoch <= LARGEST_EPOCH ? epoch : null;
}
