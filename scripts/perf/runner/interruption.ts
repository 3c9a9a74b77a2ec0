/** k6's exit code of a run that was stopped from outside. */
export const STOPPED = 105;

/** Ctrl-C and SIGTERM: the first stops the run, the second ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();

  /** Aborted by the first. */
  readonly signal = this.#controller.signal;

  readonly #interrupt = (): void => {
    if (this.signal.aborted) process.exit(STOPPED);
    this.#controller.abort();
  };

  watch(): this {
    process.on('SIGINT', this.#interrupt).on('SIGTERM', this.#interrupt);
    return this;
  }

  unwatch(): void {
    process.off('SIGINT', this.#interrupt).off('SIGTERM', this.#interrupt);
  }
}
