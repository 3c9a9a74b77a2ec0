import { percentileOfSorted } from '../percentile.ts';

/** What is known of the values of a metric, as a worker hands it to the main thread. */
export interface SamplesState {
  readonly count: number;
  readonly sum: number;
  readonly nonZero: number;
  readonly last: number;
  /** When the last value was added, in milliseconds since 1970. */
  readonly lastAt: number;
  /** Empty where values are not kept. */
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * The values of one metric. Where percentiles are needed, all are kept, eight bytes each, so that these are exact: also over several workers,
 * whose values are put together.
 */
export class Samples {
  readonly #keepsValues: boolean;
  /** With room for more. */
  #values = new Float64Array();
  #kept = 0;
  #count = 0;
  #sum = 0;
  #nonZero = 0;
  #last = 0;
  #lastAt = 0;
  #sorted: Float64Array | null = null;

  /** @param keepsValues false where number, sum and last value are enough */
  constructor(keepsValues = true) {
    this.#keepsValues = keepsValues;
  }

  add(value: number): void {
    if (this.#keepsValues) {
      this.#makeRoom(1);
      this.#values[this.#kept++] = value;
      this.#sorted = null;
    }
    this.#count++;
    this.#sum += value;
    if (value !== 0) this.#nonZero++;
    this.#last = value;
    this.#lastAt = Date.now();
  }

  /** Adds the values of another. Of the two last ones, the later is the last. */
  merge({ count, sum, nonZero, last, lastAt, values }: SamplesState): void {
    this.#makeRoom(values.length);
    this.#values.set(values, this.#kept);
    this.#kept += values.length;
    this.#sorted = null;
    this.#count += count;
    this.#sum += sum;
    this.#nonZero += nonZero;
    if (lastAt < this.#lastAt) return;
    this.#last = last;
    this.#lastAt = lastAt;
  }

  get state(): SamplesState {
    return {
      count: this.#count,
      sum: this.#sum,
      nonZero: this.#nonZero,
      last: this.#last,
      lastAt: this.#lastAt,
      values: this.#values.slice(0, this.#kept),
    };
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  get nonZero(): number {
    return this.#nonZero;
  }

  get last(): number {
    return this.#last;
  }

  get average(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }

  /** @param share from 0 to 1; between two values the one in proportion. @returns 0 when no values are kept */
  percentile(share: number): number {
    this.#sorted ??= this.#values.slice(0, this.#kept).sort();
    return this.#kept === 0 ? 0 : percentileOfSorted(this.#sorted, share);
  }

  #makeRoom(more: number): void {
    if (this.#kept + more <= this.#values.length) return;
    const larger = new Float64Array(Math.max(64, 2 * this.#values.length, this.#kept + more));
    larger.set(this.#values);
    this.#values = larger;
  }
}
