import { Teardown } from './teardown.ts';

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs work that starts processes, and stops them when it is done, when it fails, when an error is thrown that nothing catches, and by
 * Ctrl-C (exit code 130), SIGTERM (143) or SIGHUP (129). A second signal of the same kind ends this process at once.
 */
export async function runWithTeardown(work: (teardown: Teardown) => Promise<void>): Promise<void> {
  const teardown = new Teardown();
  const stop = (exitCode: number) =>
    void teardown
      .run()
      .catch((error: unknown) => console.error(error))
      .finally(() => process.exit(exitCode));
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) process.once(signal, () => stop(exitCode));
  process.once('uncaughtException', (error) => {
    console.error(error);
    stop(1);
  });
  try {
    await work(teardown);
  } catch (error) {
    // What fails while everything is being stopped fails because of that.
    if (!teardown.hasBegun) throw error;
  } finally {
    await teardown.run();
  }
}
