/**
 * Work by key, one run at a time. Calls that come during a run share one further run, which begins when it has ended: so every caller
 * gets a run that began after its call, and many calls at once cost two runs.
 */
export class JoinedRuns {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** @throws what the run threw that this call got */
  run(key: string, work: () => Promise<void>): Promise<void> {
    const running = this.#running.get(key);
    if (!running) return this.#begin(key, work);
    const next =
      this.#next.get(key) ??
      running
        .catch(() => undefined)
        .then(() => {
          this.#next.delete(key);
          return this.#begin(key, work);
        });
    this.#next.set(key, next);
    return next;
  }

  #begin(key: string, work: () => Promise<void>): Promise<void> {
    const run = work().finally(() => {
      if (this.#running.get(key) === run) this.#running.delete(key);
    });
    this.#running.set(key, run);
    return run;
  }
}
