import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { eachItem } from './each-item.ts';
import { KeyedBackoff } from './keyed-backoff.ts';

function logInto(lines: string[]) {
  return pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
}

const options = (lines: string[], running = 3) => ({
  job: 'sort',
  running,
  keyOf: (item: number) => `item ${item}`,
  logger: logInto(lines),
});

describe('a job over many items', () => {
  it('processes those behind an item that fails, and logs the one', async () => {
    const [done, lines]: [number[], string[]] = [[], []];
    const failed = await eachItem([1, 2, 3, 4], options(lines), async (item) => {
      if (item === 2) throw new Error('this one cannot be processed');
      done.push(item);
    });
    expect({ done, failed }).toEqual({ done: [1, 3, 4], failed: [2] });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('item 2');
  });

  it('does not log each of a thousand failures', async () => {
    const lines: string[] = [];
    const items = Array.from({ length: 1_000 }, (_, i) => i);
    const failed = await eachItem(items, options(lines), () => Promise.reject(new Error('all of them')));
    expect(failed).toHaveLength(1_000);
    expect(lines.length).toBeLessThan(10);
    expect(lines.at(-1)).toContain('"failed":1000');
  });

  it('runs as many at a time as it may', async () => {
    let [now, most] = [0, 0];
    await eachItem(
      Array.from({ length: 50 }, (_, i) => i),
      options([], 4),
      async () => {
        most = Math.max(most, ++now);
        await Promise.resolve();
        now--;
      },
    );
    expect(most).toBe(4);
  });

  it('leaves out an item that failed until its delay is over', async () => {
    const backoff = new KeyedBackoff({ free: 1, firstMs: 60_000, longestMs: 60_000 });
    let tries = 0;
    for (let round = 0; round < 5; round++) {
      await eachItem([1], { ...options([]), backoff }, async () => {
        tries++;
        throw new Error('again');
      });
    }
    expect(tries).toBe(2);
    backoff.succeeded('item 1');
    expect(backoff.isDelayed('item 1')).toBe(false);
  });
});
