import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedTest } from './mutant.ts';

export interface TestResult {
  readonly file: string;
  /** Of its groups and its own. */
  readonly title: string;
  /** The first line of why it failed; null: it passed. */
  readonly failure: string | null;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

/**
 * Runs named tests in a folder, one file after the other.
 *
 * @param signal ends the run
 * @returns the result of each test that was run; none of a file that could not be loaded
 */
export async function runTests(
  folder: string,
  tests: readonly NamedTest[],
  signal: AbortSignal,
): Promise<readonly TestResult[]> {
  const reportFile = join(folder, 'report.json');
  await rm(reportFile, { force: true });
  const files = [...new Set(tests.map(({ caughtIn }) => caughtIn))];
  const titles = tests.map(({ caughtBy }) => caughtBy.replace(/[^\w\s]/g, '\\$&')).join('|');
  const reporting = ['--no-file-parallelism', '--reporter=json', `--outputFile=${reportFile}`];
  await runVitest(folder, ['run', ...files, '-t', titles, ...reporting], signal);
  signal.throwIfAborted();
  const { testResults } = JSON.parse(await readFile(reportFile, 'utf8')) as Report;
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ fullName, status, failureMessages }) => ({
        file: name,
        title: fullName,
        failure: status === 'passed' ? null : (failureMessages?.[0]?.split('\n')[0] ?? 'failed'),
      })),
  );
}

/** Resolves when it has ended, however it did: the report has the rest. */
function runVitest(folder: string, options: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...options], {
      cwd: folder,
      stdio: 'ignore',
    });
    const end = () => child.kill('SIGTERM');
    signal.addEventListener('abort', end, { once: true });
    child.on('error', fail);
    child.on('exit', () => {
      signal.removeEventListener('abort', end);
      done();
    });
  });
}
