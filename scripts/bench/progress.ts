/** One line while it runs: what, which round, and how long it takes yet. */
export class Progress {
  #began = 0;
  readonly #steps: number;
  #done = 0;

  /** @param steps that take about the same time each */
  constructor(steps: number) {
    this.#steps = steps;
  }

  /** A step begins. */
  step(what: string): void {
    if (this.#done === 0) this.#began = Date.now();
    const spent = Date.now() - this.#began;
    const left =
      this.#done === 0 ? '' : `, ${minutes((spent / this.#done) * (this.#steps - this.#done))} left`;
    this.#done++;
    this.say(`${this.#done} of ${this.#steps}: ${what}${left}`);
  }

  /** Where the output is no terminal each is a line of its own. */
  say(what: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`);
    else process.stderr.write(`${what}\n`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

const minutes = (ms: number): string => {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};
