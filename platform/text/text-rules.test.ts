import { describe, expect, it } from 'vitest';
import { postalAddress } from './text-input.ts';
import { LINE_RULES, PARAGRAPH_RULES, problemsOf } from './text-rules.ts';

const NOTHING = ['Must contain a visible character.'];
const REORDERS = ['Must not contain characters that change the direction of text.'];

describe('a line', () => {
  it.each([
    ['spaces', ' \u00A0\u2003\u3000'],
    ['the choseong filler', '\u115F'],
    ['the jungseong filler', '\u1160'],
    ['the Hangul filler', '\u3164'],
    ['the half-width Hangul filler', '\uFFA0'],
    ['zero-width characters', '\u200B\u200C\u200D\u2060\uFEFF'],
    ['braille blanks', '\u2800\u2800'],
    ['a soft hyphen', '\u00AD'],
    ['a combining mark', '\u0301'],
    ['a vowel sign without its consonant', '\u093E'],
    ['a grapheme joiner', '\u034F'],
    ['variation selectors', '\uFE0F\u{E0100}'],
    ['tags', '\u{E0041}\u{E0042}'],
    ['marks of direction', '\u200E\u200F\u061C'],
    ['Mongolian separators', '\u180E\u180B'],
    ['Khmer inherent vowels', '\u17B4\u17B5'],
    ['the object replacement character', '\uFFFC'],
    ['an empty note', '\u{1D159}'],
    ['a blank hieroglyph', '\u{13441}'],
    ['a noncharacter', '\uFFFF\u{1FFFE}'],
    ['invisible operators between fillers', '\u3164\u2063\u3164'],
  ])('of %s alone shows nothing', (_what, text) => {
    expect(problemsOf(text, LINE_RULES)).toEqual(NOTHING);
  });

  it.each([
    '\u202A',
    '\u202B',
    '\u202C',
    '\u202D',
    '\u202E',
    '\u2066',
    '\u2067',
    '\u2068',
    '\u2069',
    '\u206A',
  ])('may not be reordered by %j', (character) => {
    expect(problemsOf(`Ada ${character}Lovelace`, LINE_RULES)).toEqual(REORDERS);
    expect(problemsOf(`Ada\n${character}Lovelace`, PARAGRAPH_RULES)).toEqual(REORDERS);
  });

  it.each(['Ada\nLovelace', 'Ada\u0000', 'Ada\u0085Lovelace', 'Ada\u2028Lovelace', 'Ada\u2029'])(
    'has no control character: %j',
    (text) => {
      expect(problemsOf(text, LINE_RULES)).toEqual(['Must not contain control characters.']);
    },
  );

  it.each([
    ['Hangul', '홍길동'],
    ['decomposed Hangul', '홍길동'.normalize('NFD')],
    ['compatibility jamo', 'ㅋㅋ'],
    ['a family of emoji', '👩‍👩‍👧‍👦'],
    ['an emoji with a skin and a selector', '👍🏽 ❤️'],
    ['a flag', '🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇰🇷'],
    ['a keycap', '1️⃣'],
    ['Persian with a non-joiner', 'می‌خواهم'],
    ['Hebrew with a mark of direction', 'שלום\u200F!'],
    ['Devanagari with a joiner', 'क्‍ष'],
    ['decomposed accents', 'Ádám'.normalize('NFD')],
    ['one letter', 'X'],
    ['punctuation', '-'],
    ['braille', '⠓⠊'],
  ])('of %s is accepted', (_what, text) => {
    expect(problemsOf(text, LINE_RULES)).toEqual([]);
    expect(problemsOf(text, PARAGRAPH_RULES)).toEqual([]);
  });
});

it('a text of several lines has line breaks and tabs, and no other control characters', () => {
  expect(problemsOf('one\r\n\ttwo\u2028three', PARAGRAPH_RULES)).toEqual([]);
  expect(problemsOf('one\u0007', PARAGRAPH_RULES)).toEqual(['Must not contain control characters.']);
});

it('an address names each line that shows nothing', () => {
  const problems = postalAddress.safeParse({ postalCode: '\u3164', line1: '\u200B', line2: '\u2800' }).error;
  expect(problems?.issues.map(({ path }) => path.join('.'))).toEqual(['postalCode', 'line1', 'line2']);
});
