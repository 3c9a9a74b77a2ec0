import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './tests/harness/summary-reporter.ts';

const IGNORED = ['**/node_modules/**', 'dist/**'];

/** Needs the program of another federation router, at HIVE_ROUTER; where that is not said, there is no such test. */
const OTHER_ROUTER = process.env['HIVE_ROUTER'] ? [] : ['tests/e2e/hive-router.e2e.test.ts'];

/** A test's kind is its suffix. */
const kind = (name: string, suffix: string, timeoutS: number, settings: object = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [`**/*.${suffix}.ts`],
    exclude: [...IGNORED, ...(suffix === 'test' ? ['**/*.{integration,e2e,chaos}.test.ts'] : [])],
    testTimeout: timeoutS * 1_000,
    hookTimeout: 60_000,
    ...settings,
  },
});

export default defineConfig({
  resolve: {
    // One copy of graphql-js: the CommonJS one, which the Apollo packages load.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    globalSetup: ['tests/harness/global-setup.ts'],
    reporters: ['default', new SummaryReporter()],
    projects: [
      kind('unit', 'test', 10),
      kind('integration', 'integration.test', 30),
      // Each of these starts processes of its own and fills the machine, so they take turns.
      kind('e2e', 'e2e.test', 120, {
        exclude: [...IGNORED, ...OTHER_ROUTER],
        fileParallelism: false,
        maxWorkers: 1,
      }),
      kind('chaos', 'chaos.test', 120, { fileParallelism: false, maxWorkers: 1 }),
    ],
  },
});
