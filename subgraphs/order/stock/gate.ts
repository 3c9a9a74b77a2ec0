import { LRUCache } from 'lru-cache';
import type { Redis } from '../../../platform/redis/client.ts';
import type { StockKeys } from './stock-keys.ts';
import { gateReply, type GateReply } from './stock-outcomes.ts';

/**
 * Looks through a product's gate. Keys are named by epoch, so a caller has to know the epoch before it can ask: this
 * process's last one is tried, and the script says so when it is another by now. The epoch remembered here is a guess that
 * saves a round trip; whether it is the right one is decided in the script alone.
 */
export class Gate {
  readonly #redis: Redis;
  readonly #keys: StockKeys;
  readonly #epochs = new LRUCache<string, number>({ max: 100_000 });

  constructor(redis: Redis, keys: StockKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** @returns the epoch that this process has seen last, if any; no question is sent */
  lastSeen(productId: string): number | undefined {
    return this.#epochs.get(productId);
  }

  /** @param call runs a script with the keys of an epoch; its reply begins as `gateReply` reads it */
  async through(
    productId: string,
    call: (epoch: number) => Promise<unknown>,
  ): Promise<
    (GateReply & { readonly state: 'ready' } & { readonly epoch: number }) | { readonly state: 'notReady' }
  > {
    let epoch = this.#epochs.get(productId) ?? (await this.currentEpoch(productId));
    // A rebuild between two calls is rare; two of them in a row mean that something is wrong with Redis.
    for (let attempt = 0; attempt < 3 && epoch !== null; attempt++) {
      const reply = gateReply(await call(epoch));
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

  /** @returns the epoch that the gate is at, whichever server wrote it; null when there is no gate */
  async currentEpoch(productId: string): Promise<number | null> {
    const gate = await this.#redis.get(this.#keys.gate(productId));
    return gate === null ? null : Number.parseInt(gate, 10);
  }
}
