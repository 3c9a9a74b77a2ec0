import { describe, expect, it } from 'vitest';
import { finder, summarise } from './summary.ts';
import { cellOf } from './testing.ts';

describe('a summary', () => {
  it('has the medians of the rounds, and the least and the most of their sums', () => {
    const cells = [0.4, 0.9, 0.5].map((router, i) =>
      cellOf({ round: i + 1, cpuMs: { router, order: 0.25 } }),
    );
    const [summary] = summarise(cells);
    expect(summary).toMatchObject({ rounds: 3, cpuMs: { router: 0.5, order: 0.25 }, sum: 0.75, voids: [] });
    expect([summary!.least, summary!.most]).toEqual([0.65, 1.15]);
    expect(summary!.peakByKind).toEqual({ router: 120, order: 95 });
  });

  it('leaves out the rounds that are void, and says why', () => {
    const cells = [
      cellOf({ perSecond: 10 }),
      cellOf({ round: 2, perSecond: 9_999, void: 'oversold: 2 of 1' }),
    ];
    expect(summarise(cells)[0]).toMatchObject({ rounds: 1, perSecond: 10, voids: ['oversold: 2 of 1'] });
  });

  it('of void rounds alone has no figures, and is not found', () => {
    const summaries = summarise([cellOf({ void: 'oversold: 2 of 1' })]);
    expect(summaries[0]!.sum).toBeNaN();
    expect(finder(summaries)('purchase, 64 connections', 'this')).toBeUndefined();
  });

  it('adds up the histograms of the rounds', () => {
    const [summary] = summarise([cellOf({}), cellOf({ round: 2, latencies: [{ upTo: 10, count: 1 }] })]);
    expect(summary!.latencies).toEqual([
      { upTo: 2, count: 50 },
      { upTo: 10, count: 51 },
    ]);
  });
});
