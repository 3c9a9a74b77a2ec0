import { expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';

/** @param items each the key and a number, as `a1` */
function queueOf(...items: readonly string[]): FairQueue<string> {
  const queue = new FairQueue<string>();
  for (const item of items) queue.push(item[0]!, item);
  return queue;
}

function drained(queue: FairQueue<string>): string[] {
  const items: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
}

it('serves keys round-robin, and a key in order of arrival', () => {
  const queue = queueOf('a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1');
  const inOrder = [...queue].map(([, item]) => item);
  expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  expect(inOrder).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  expect([queue.size, queue.keys]).toEqual([0, 0]);
});

it('is a FIFO where each key has one item', () => {
  expect(drained(queueOf('c1', 'a1', 'b1'))).toEqual(['c1', 'a1', 'b1']);
});

it('puts a key that comes again behind those that wait', () => {
  const queue = queueOf('a1', 'b1', 'c1');
  expect(queue.shift()).toBe('a1');
  queue.push('a', 'a2');
  expect(drained(queue)).toEqual(['b1', 'c1', 'a2']);
});

it('drops an item that was deleted', () => {
  const queue = queueOf('a1', 'a2', 'b1');
  expect(queue.delete('a', 'a1')).toBe(true);
  expect(queue.delete('a', 'a1')).toBe(false);
  expect(queue.delete('b', 'b1')).toBe(true);
  expect([queue.size, queue.keys, queue.lengthOf('a'), queue.lengthOf('b')]).toEqual([1, 1, 1, 0]);
  expect(drained(queue)).toEqual(['a2']);
});

it('drops the newest item of the longest FIFO for a key that has less', () => {
  const queue = queueOf('a1', 'a2', 'a3', 'b1');
  expect(queue.dropForShareOf('b')).toBe('a3');
  expect(queue.dropForShareOf('b')).toBeUndefined();
  expect(queue.dropForShareOf('a')).toBeUndefined();
  expect(queue.dropForShareOf('c')).toBe('a2');
  expect(queue.dropForShareOf('c')).toBeUndefined();
  expect(drained(queue)).toEqual(['a1', 'b1']);
});
