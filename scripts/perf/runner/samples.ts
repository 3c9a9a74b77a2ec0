/** The values of one metric. All are kept, so that percentiles are exact. */
export class Samples {
  readonly #values: number[] = [];
  #sum = 0;
  #nonZero = 0;
  #sorted: number[] | null = null;

  add(value: number): void {
    this.#values.push(value);
    this.#sum += value;
    if (value !== 0) this.#nonZero++;
    this.#sorted = null;
  }

  get count(): number {
    return this.#values.length;
  }

  get sum(): number {
    return this.#sum;
  }

  get nonZero(): number {
    return this.#nonZero;
  }

  get last(): number {
    return this.#values.at(-1) ?? 0;
  }

  get average(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }

  /** @param share from 0 to 1; between two values the one in proportion. @returns 0 when there are no values */
  percentile(share: number): number {
    this.#sorted ??= [...this.#values].sort((a, b) => a - b);
    const position = share * Math.max(0, this.count - 1);
    const below = this.#sorted[Math.floor(position)] ?? 0;
    const above = this.#sorted[Math.ceil(position)] ?? 0;
    return below + (above - below) * (position % 1);
  }
}
