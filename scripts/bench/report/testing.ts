import type { Cell } from '../cell.ts';

/** A run as a test of the report needs it. */
export const cellOf = (changes: Partial<Cell>): Cell => ({
  table: 'system',
  row: 'purchase, 64 connections',
  column: 'this',
  round: 1,
  connections: 64,
  sent: 100,
  counted: 100,
  perSecond: 1_000,
  cpuMs: { router: 0.5, order: 0.25 },
  rssMiB: { router: 100, order: 90 },
  peakMiB: { router: 120, order: 95 },
  p50: 2,
  p99: 9,
  latencies: [
    { upTo: 2, count: 50 },
    { upTo: 10, count: 50 },
  ],
  ...changes,
});
