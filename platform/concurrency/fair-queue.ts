/**
 * Fair queueing: one FIFO per key, served round-robin, so that a key with a thousand items delays another key by one item
 * in each turn. Keys with one item each are served in order of arrival. All operations take constant time, other than the iteration and a drop.
 */
export class FairQueue<Item> {
  /** The order of the keys is the order of their turns. */
  readonly #queues = new Map<string, Set<Item>>();
  /** Keys by the length of their FIFO, so that the longest one is found without a search. */
  readonly #keysByLength: Set<string>[] = [];
  #size = 0;

  /** Items of all keys. */
  get size(): number {
    return this.#size;
  }

  /** Keys that have items. */
  get keys(): number {
    return this.#queues.size;
  }

  lengthOf(key: string): number {
    return this.#queues.get(key)?.size ?? 0;
  }

  /** An item must be in the queue once at most. */
  push(key: string, item: Item): void {
    let queue = this.#queues.get(key);
    if (!queue) this.#queues.set(key, (queue = new Set()));
    queue.add(item);
    this.#resized(key, queue.size - 1, queue.size);
  }

  /**
   * Takes the oldest item of the key whose turn it is.
   *
   * @param isEligible keys for which this is false are passed over and keep their turn
   */
  shift(isEligible: (key: string) => boolean = () => true): Item | undefined {
    for (const [key, queue] of this.#queues) {
      if (!isEligible(key)) continue;
      const item = queue.values().next().value as Item;
      this.delete(key, item);
      if (this.#queues.delete(key)) this.#queues.set(key, queue);
      return item;
    }
    return undefined;
  }

  /** @returns whether the item was there */
  delete(key: string, item: Item): boolean {
    const queue = this.#queues.get(key);
    if (!queue?.delete(item)) return false;
    this.#resized(key, queue.size + 1, queue.size);
    if (queue.size === 0) this.#queues.delete(key);
    return true;
  }

  /**
   * Drops the newest item of the longest FIFO, if that is longer than the one of `key` would be with another item: then a
   * full queue admits the item of a key that uses less than its share (longest queue drop).
   *
   * @returns the item that was dropped
   */
  dropForShareOf(key: string): Item | undefined {
    const [longest] = this.#keysByLength.at(-1) ?? [];
    if (longest === undefined || this.lengthOf(longest) <= this.lengthOf(key) + 1) return undefined;
    const newest = [...this.#queues.get(longest)!].at(-1)!;
    this.delete(longest, newest);
    return newest;
  }

  /** All items in the order in which `shift` would return them. */
  *[Symbol.iterator](): Generator<readonly [key: string, item: Item]> {
    let turns = [...this.#queues].map(([key, queue]) => ({ key, items: [...queue] }));
    for (let turn = 0; turns.length > 0; turn++) {
      turns = turns.filter(({ items }) => turn < items.length);
      for (const { key, items } of turns) yield [key, items[turn]!];
    }
  }

  #resized(key: string, from: number, to: number): void {
    this.#size += to - from;
    this.#keysByLength[from]?.delete(key);
    if (to > 0) (this.#keysByLength[to] ??= new Set()).add(key);
    while (this.#keysByLength.length > 0 && !this.#keysByLength.at(-1)?.size) this.#keysByLength.pop();
  }
}
