import { expect, it } from 'vitest';
import { joinKey } from './join-key.ts';

/** Parts that a separator of any kind would run together. */
const LISTS: readonly (readonly string[])[] = [
  [],
  [''],
  ['', ''],
  ['a'],
  ['a', ''],
  ['', 'a'],
  ['a', 'b'],
  ['ab'],
  ['a\nb'],
  ['a\0b'],
  ['a:b'],
  ['1:a'],
  ['1:a1:b'],
  ['1', 'a1:b'],
  ['1:a', '1:b'],
  ['11:', 'a'],
  ['\n#', '{ a }'],
  ['', '#\n{ a }'],
  ['\u{1f600}', 'a'],
  ['\ud83d', '\ude00a'],
];

it('has another key for each list of parts', () => {
  expect(new Set(LISTS.map((parts) => joinKey(...parts))).size).toBe(LISTS.length);
});

it('has another key for each way to split a text, also one that looks like a key', () => {
  const text = '2:ab1:c0:3:\n#\0';
  const splits: string[][] = [[text]];
  for (let i = 0; i <= text.length; i++) {
    splits.push([text.slice(0, i), text.slice(i)]);
    for (let j = i; j <= text.length; j++) splits.push([text.slice(0, i), text.slice(i, j), text.slice(j)]);
  }
  expect(new Set(splits.map((parts) => joinKey(...parts))).size).toBe(splits.length);
});
