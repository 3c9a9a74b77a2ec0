import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** The last line of a run, in words that any reader of a log understands: `N passed, N failed`. */
export class SummaryReporter implements Reporter {
  readonly #counts = { passed: 0, failed: 0 };

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'passed' || state === 'failed') this.#counts[state]++;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const { passed, failed } = this.#counts;
    // A file that cannot be loaded has no tests that could fail.
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandledErrors.length;
    process.once('exit', () => console.log(`${passed} passed, ${failed + broken} failed`));
  }
}
