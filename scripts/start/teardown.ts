/** Thrown into a start that was interrupted by its end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

type Step = () => void | Promise<void>;

/** The steps that stop what was started; they run in the opposite order, once ("graceful shutdown"), all of them. */
export class Teardown {
  #steps: Step[] = [];
  #hardSteps: (() => void)[] = [];
  #ended: Promise<void> | undefined;

  /** True from the moment when the teardown began: what stops from now on is no failure. */
  get hasBegun(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * `hardStep` is for a second Ctrl-C, which does not wait. What was started after the teardown had begun is stopped at once,
   * and this throws Interrupted.
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

  /** A step that fails leaves out none of the others. */
  async #runSteps(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
