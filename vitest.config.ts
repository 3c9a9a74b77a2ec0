import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './tests/harness/summary-reporter.ts';

const IGNORED = ['**/node_modules/**', 'dist/**', 'dist-dev/**'];

/** Needs the program of another federation router, at HIVE_ROUTER; where that is not said, there is no such test. */
const OTHER_ROUTER = process.env['HIVE_ROUTER'] ? [] : ['tests/e2e/hive-router.e2e.test.ts'];

/** Starts whole systems one after the other for minutes; `BENCH_TESTS=1` adds it. */
const BENCHMARK = process.env['BENCH_TESTS'] ? [] : ['tests/e2e/bench.e2e.test.ts'];

/** Files share the modules of their worker: much of their time was the import of the same ones again. */
const SHARED_MODULES = { isolate: false };
const WITH_STORES = { globalSetup: ['tests/harness/global-setup.ts'] };
/** Each of these files fills the machine, or measures how long something takes under load, so they take turns. */
const IN_TURN = { ...WITH_STORES, fileParallelism: false, maxWorkers: 1 };
const LOADS = [
  'tests/attacks/{attacks,descriptors}.e2e.test.ts',
  'tests/e2e/{bench,perf,purchase-rush,live-stock}.e2e.test.ts',
];
const FAULTS_UNDER_LOAD = ['tests/chaos/{faults,product-loss,rolling-restart,store-refusals}.chaos.test.ts'];
/**
 * Each of these files starts processes of its own, and waits for their start, for timeouts and for recovery. After the others: vitest
 * runs no two projects together that have different numbers of workers.
 */
const TWO_AT_A_TIME = { ...WITH_STORES, ...SHARED_MODULES, maxWorkers: 2, sequence: { groupOrder: 1 } };
/** These files mostly wait: for stores, timers, and each other's answers. */
const WORKERS = Math.max(3, availableParallelism());

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
    reporters: ['default', new SummaryReporter()],
    projects: [
      kind('unit', 'test', 10, { maxWorkers: WORKERS, ...SHARED_MODULES }),
      kind('integration', 'integration.test', 30, { ...WITH_STORES, maxWorkers: WORKERS, ...SHARED_MODULES }),
      kind('e2e', 'e2e.test', 120, { ...TWO_AT_A_TIME, exclude: [...IGNORED, ...OTHER_ROUTER, ...LOADS] }),
      kind('chaos', 'chaos.test', 120, { ...TWO_AT_A_TIME, exclude: [...IGNORED, ...FAULTS_UNDER_LOAD] }),
      kind('e2e-load', 'e2e.test', 120, { ...IN_TURN, include: LOADS, exclude: [...IGNORED, ...BENCHMARK] }),
      kind('chaos-load', 'chaos.test', 120, { ...IN_TURN, include: FAULTS_UNDER_LOAD, exclude: IGNORED }),
    ],
  },
});
