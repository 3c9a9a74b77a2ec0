import { ConfigurationError } from '../../platform/config/environment.ts';
import type { Teardown } from './teardown.ts';
import { log } from './screen.ts';

/** One Ctrl-C can arrive several times, from the terminal and from npm, but then at once. */
const SAME_PRESS_MS = 500;

/**
 * Runs `start` and keeps the process until a signal, or the end of the parent, stops everything that `start` registered. A second
 * Ctrl-C kills the services; the stores still stop in order, because their watchdogs see to it. Exit code 0 after a signal, 130
 * after a second Ctrl-C, 1 when the start fails.
 */
export function runUntilStopped(teardown: Teardown, start: () => Promise<void>): void {
  let endBegan = 0;
  const end = async (exitCode: number) => {
    await teardown.run();
    process.exit(exitCode);
  };
  const onSignal = (signal: NodeJS.Signals | 'disconnect') => {
    if (teardown.hasBegun) {
      if (signal !== 'SIGINT' || Date.now() - endBegan <= SAME_PRESS_MS) return;
      teardown.runHard();
      process.exit(130);
    }
    endBegan = Date.now();
    log('stopping everything');
    void end(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // The parent was killed: this process stops as well.
  process.on('disconnect', () => onSignal('disconnect'));
  // The channel is only watched: it must not keep alive a process that has nothing left to do, as with `--urls`.
  process.channel?.unref();

  start().catch((error: unknown) => {
    // What fails while everything is being stopped fails because of that.
    if (teardown.hasBegun) return;
    const isForPeople =
      error instanceof ConfigurationError || (error instanceof Error && error.name === 'Error');
    console.error(`\n${isForPeople ? error.message : error instanceof Error ? error.stack : String(error)}`);
    void end(1);
  });
}
