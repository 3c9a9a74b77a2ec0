import { expect, test } from 'vitest';
import { PASSWORD_RESET, VERIFICATION } from './code-kinds.ts';

test('a code for a sign-up has six digits', () => {
  for (let n = 0; n < 100; n++) expect(VERIFICATION.make()).toMatch(/^\d{6}$/);
});

test('a code for a new password has twelve letters and digits that do not look alike', () => {
  const codes = Array.from({ length: 100 }, () => PASSWORD_RESET.make());
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
  expect(new Set(codes).size).toBe(100);
});

test.each([
  '01AB-CDEF-GHJK',
  '01abcdefghjk',
  ' 01ab cdef ghjk\n',
  'O1AB-CDEF-GHJK',
  'oIab-cdef-ghjk',
  'olABCDEFGHJK',
  '０１ＡＢ－ＣＤＥＦ－ＧＨＪＫ',
  '01AB–CDEF–GHJK',
])('a code for a new password is read from %j', (typed) => {
  expect(PASSWORD_RESET.normalise(typed)).toBe('01AB-CDEF-GHJK');
});

test.each([
  '012345',
  ' 012345\n',
  '012 345',
  '012-345',
  '０１２３４５',
  '０１２　３４５',
  '٠١٢٣٤٥',
  '\u200B012\u00A0345',
])('a code for a sign-up is read from %j', (typed) => {
  expect(VERIFICATION.normalise(typed)).toBe('012345');
});

test.each(['12345', '0123456', 'a012345', '012,345', '012345?'])('and another from %j', (typed) => {
  expect(VERIFICATION.normalise(typed)).not.toBe('012345');
});
