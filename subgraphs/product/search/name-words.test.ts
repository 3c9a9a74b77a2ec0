import { describe, expect, it } from 'vitest';
import { suffixesOf, wordsOf } from './name-words.ts';

describe('wordsOf', () => {
  it.each([
    ['Mechanical Keyboard, black', ['mechanical', 'keyboard', 'black']],
    ['  한정판   운동화 ', ['한정판', '운동화']],
    ['Café-au-lait CAFE', ['cafe', 'au', 'lait']],
    ['ＭＵＧ ｶﾞﾗｽ', ['mug', 'ガラス']],
    ['100% (v2.0) under_score', ['100', 'v2', '0', 'under', 'score']],
    ['İstanbul', ['istanbul']],
    ['हिन्दी', ['हिन्दी']],
    [' -%_ ', []],
  ])('finds in %j the words %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('finds the same words however the characters were composed', () => {
    expect(wordsOf('한글 é'.normalize('NFD'))).toEqual(wordsOf('한글 é'.normalize('NFC')));
  });

  it('indexes the first 64 characters of a word only', () => {
    expect(wordsOf('💯'.repeat(3) + 'x'.repeat(100))).toEqual(['x'.repeat(64)]);
    expect(wordsOf('𝔘'.repeat(0) + '𠮷'.repeat(100))).toEqual(['𠮷'.repeat(64)]);
  });
});

describe('suffixesOf', () => {
  it('returns every suffix of every word once', () => {
    expect(suffixesOf('운동화 화')).toEqual(['운동화', '동화', '화']);
  });

  it('never splits a character', () => {
    expect(suffixesOf('𠮷野')).toEqual(['𠮷野', '野']);
  });
});
