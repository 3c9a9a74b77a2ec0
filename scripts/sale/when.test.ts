import { describe, expect, it } from 'vitest';
import { isLocalTime, parseWhen } from './when.ts';

const from = new Date('2030-01-31T00:00:00Z');
const after = (ms: number) => new Date(from.getTime() + ms);

describe('a time on a command line', () => {
  it.each([
    ['now', from],
    ['30s', after(30_000)],
    ['10m', after(600_000)],
    ['+2h', after(7_200_000)],
    ['1d', after(86_400_000)],
    ['2030-02-01T10:00Z', new Date('2030-02-01T10:00:00Z')],
    ['2030-02-01 10:00:30+09:00', new Date('2030-02-01T01:00:30Z')],
    ['2030-02-01T10:00:00.500z', new Date('2030-02-01T10:00:00.500Z')],
    ['2030-02-01 10:00', new Date(2030, 1, 1, 10, 0)],
    ['2030-02-01T10:00:30', new Date(2030, 1, 1, 10, 0, 30)],
  ])('may be %s', (text, time) => {
    expect(parseWhen(text, from)).toEqual(time);
  });

  it.each([
    '',
    'soon',
    'tomorrow',
    '10',
    '10 m',
    '-5m',
    '2030-02-30 10:00',
    '2030-13-01 10:00',
    '2030-02-01',
    '10:00',
    '2030-02-01T25:00Z',
  ])('is not %j', (text) => {
    expect(parseWhen(text, from)).toBeNull();
  });
});

it.each([
  ['2030-02-01 10:00', true],
  ['2030-02-01T10:00:30', true],
  ['2030-02-01T10:00Z', false],
  ['2030-02-01 10:00+09:00', false],
  ['10m', false],
  ['now', false],
])('%j depends on the time zone: %s', (text, isLocal) => {
  expect(isLocalTime(text)).toBe(isLocal);
});
