/** Thrown into a start that was interrupted by its end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

type Step = () => void | Promise<void>;

/** Whatever was started registers how it is stopped; at the end this happens in the opposite order, once. */
export class Ending {
  #steps: Step[] = [];
  #hardSteps: (() => void)[] = [];
  #ended: Promise<void> | undefined;

  /** True from the moment when the end began: whatever stops from now on was meant to. */
  get hasBegun(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * `hardStep` is for whoever does not want to wait. Something that was started after the end had begun is stopped at
   * once, and this throws Interrupted.
   */
  async add(step: Step, hardStep?: () => void): Promise<void> {
    if (hardStep !== undefined) this.#hardSteps.push(hardStep);
    if (!this.hasBegun) {
      this.#steps.push(step);
      return;
    }
    await step();
    throw new Interrupted('The start was interrupted.');
  }

  run(): Promise<void> {
    return (this.#ended ??= this.#runSteps());
  }

  runHard(): void {
    for (const step of this.#hardSteps) step();
  }

  async #runSteps(): Promise<void> {
    for (const step of this.#steps.reverse()) await step();
  }
}
