import { expect, it } from 'vitest';
import { byName, byPlace, join, raw, sql } from './sql.ts';

const piece = sql`a = ${1} AND ${raw('b')} IN (${join([sql`${'x'}`, sql`${null}`], ', ')}) OR c > ${new Date(0)}`;

it('binds values by place, and puts pieces into pieces', () => {
  expect(byPlace(piece)).toEqual(['a = ? AND b IN (?, ?) OR c > ?', [1, 'x', null, new Date(0)]]);
});

it('binds values by name', () => {
  expect(byName(piece)).toEqual([
    'a = :value0 AND b IN (:value1, :value2) OR c > :value3',
    { value0: 1, value1: 'x', value2: null, value3: new Date(0) },
  ]);
});

it('never makes text of a value', () => {
  expect(byPlace(sql`a = ${"' OR 1=1 --"}`)).toEqual(['a = ?', ["' OR 1=1 --"]]);
});
