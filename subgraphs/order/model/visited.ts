/** 64 bits of a state. Two states of ten million have the same with a probability of some 10^-6; then one of them is not searched. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

/** @param bytes whose memory is whole words, with zeros behind the end */
export function fingerprintOf(bytes: Uint8Array): Fingerprint {
  const words = new Uint32Array(bytes.buffer, 0, Math.ceil(bytes.length / 4));
  let high = 0x9747b28c;
  let low = 0x85ebca6b ^ bytes.length;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    high = Math.imul(high ^ word, 0x5bd1e995);
    high ^= high >>> 15;
    low = Math.imul((low ^ (low >>> 13)) + word, 0x27d4eb2f);
  }
  low ^= low >>> 16;
  return {
    high: Math.imul(high ^ (low >>> 11), 0xc2b2ae35) >>> 0,
    low: Math.imul(low ^ (high >>> 17), 0x165667b1) >>> 0,
  };
}

const FIRST_CAPACITY = 1 << 16;

/** The states that were reached, by number in the order in which they were, in some 30 bytes each. */
export class Visited {
  #size = 0;
  #highs = new Uint32Array(FIRST_CAPACITY);
  #lows = new Uint32Array(FIRST_CAPACITY);
  #parents = new Int32Array(FIRST_CAPACITY);
  /** Open addressing: numbers from 1; 0 for a free slot. */
  #slots = new Int32Array(2 * FIRST_CAPACITY);

  get size(): number {
    return this.#size;
  }

  /** @param parent the number of the state from which it was reached; -1: none @returns whether it is new */
  add({ high, low }: Fingerprint, parent: number): boolean {
    const slot = this.#find(high, low);
    if (this.#slots[slot] !== 0) return false;
    if (this.#size === this.#highs.length) {
      this.#grow();
      return this.add({ high, low }, parent);
    }
    this.#highs[this.#size] = high;
    this.#lows[this.#size] = low;
    this.#parents[this.#size] = parent;
    this.#slots[slot] = ++this.#size;
    return true;
  }

  /** @returns the fingerprints from the first state to this one */
  pathTo(state: number): Fingerprint[] {
    const path: Fingerprint[] = [];
    for (let at = state; at >= 0; at = this.#parents[at]!)
      path.unshift({ high: this.#highs[at]!, low: this.#lows[at]! });
    return path;
  }

  #find(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = (high ^ low) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]! - 1;
      if (found < 0 || (this.#highs[found] === high && this.#lows[found] === low)) return slot;
    }
  }

  #grow(): void {
    const capacity = 2 * this.#highs.length;
    this.#highs = copyTo(new Uint32Array(capacity), this.#highs);
    this.#lows = copyTo(new Uint32Array(capacity), this.#lows);
    this.#parents = copyTo(new Int32Array(capacity), this.#parents);
    this.#slots = new Int32Array(2 * capacity);
    for (let state = 0; state < this.#size; state++)
      this.#slots[this.#find(this.#highs[state]!, this.#lows[state]!)] = state + 1;
  }
}

function copyTo<Numbers extends Uint32Array | Int32Array>(larger: Numbers, numbers: Numbers): Numbers {
  larger.set(numbers);
  return larger;
}
