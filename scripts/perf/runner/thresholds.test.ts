import { describe, expect, it } from 'vitest';
import { addSample, keepParts, metricOf } from './metrics.ts';
import { judge } from './thresholds.ts';

metricOf('answers', 'counter');
metricOf('unused', 'counter');
metricOf('times', 'trend', 'time');
keepParts(['answers{answer:SoldOut}', 'times{scenario:rush,name:Stock}']);
addSample('answers', 1, { answer: 'SoldOut' });
addSample('answers', 2, { answer: 'PurchaseConfirmed' });
addSample('times', 10, { scenario: 'rush', name: 'Stock' });
addSample('times', 500, { scenario: 'rush', name: 'Purchase' });

const holds = (metric: string, condition: string) => judge({ [metric]: [condition] }, 1)[0]?.ok;

describe('a threshold', () => {
  it.each([
    ['answers', 'count==3', true],
    ['answers', 'count<3', false],
    ['answers', ' count >= 3 ', true],
    ['answers{answer:SoldOut}', 'count==1', true],
    ['times', 'p(99)<100', false],
    ['times{scenario:rush,name:Stock}', 'p(99)<100', true],
    ['times', 'max!=500', false],
  ])('%s: %s is judged', (metric, condition, expected) => {
    expect(holds(metric, condition)).toBe(expected);
  });

  it('on a metric without samples holds', () => {
    expect(holds('unused', 'count==1')).toBe(true);
    expect(holds('never_made', 'count==1')).toBe(true);
  });

  it('that cannot be read is refused', () => {
    expect(() => holds('answers', 'count = 1')).toThrow('The threshold answers: count = 1 cannot be read.');
  });
});
