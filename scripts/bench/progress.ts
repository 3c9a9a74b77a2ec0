/** One line while it runs: what, which round, and how long it takes yet. */
export class Progress {
  #steps: number;
  #done = 0;
  #began = 0;

  /** @param steps that take about the same time each */
  constructor(steps: number) {
    this.#steps = steps;
  }

  /** A step begins. */
  step(what: string): void {
    if (this.#done === 0) this.#began = Date.now();
    const spent = Date.now() - this.#began;
    const left =
      this.#done === 0 ? '' : `, ${timeOf((spent / this.#done) * (this.#steps - this.#done))} left`;
    this.#done++;
    this.say(`${this.#done} of ${this.#steps}: ${what}${left}`);
  }

  /** Steps that were planned and are not run. */
  skip(steps: number): void {
    this.#steps -= steps;
  }

  /** Where the output is no terminal each is a line of its own. */
  say(what: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`);
    else process.stderr.write(`${what}\n`);
  }

  /** With all that it says, of which a report has the first line. */
  sayFailure(error: unknown): void {
    this.end();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

/** As `4 min 30 s`. */
export function timeOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
