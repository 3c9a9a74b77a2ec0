import { describe, expect, test } from 'vitest';
import { address, email, password, personName, phoneNumber } from './account-input.ts';

describe('an e-mail address', () => {
  test('is trimmed and in lower case', () => {
    expect(email.parse('  Ada.Lovelace+shop@Example.COM ')).toBe('ada.lovelace+shop@example.com');
  });

  test.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'a b@example.com',
    'ada@example',
    'ada@example.com\r\nBcc: eve@example.com',
  ])('is not %j', (text) => {
    expect(email.safeParse(text).success).toBe(false);
  });

  test('has at most 254 characters', () => {
    const domain = `${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(60)}.example`;
    expect(email.safeParse(`${'a'.repeat(60)}@${domain}`).success).toBe(true);
    expect(email.safeParse(`${'a'.repeat(64)}@${domain}`).success).toBe(false);
  });
});

test('a password has 10 to 200 characters, whatever they are, and keeps its spaces', () => {
  expect(password.parse('  12345678')).toBe('  12345678');
  expect(password.safeParse('123456789').success).toBe(false);
  expect(password.safeParse('x'.repeat(200)).success).toBe(true);
  expect(password.safeParse('x'.repeat(201)).success).toBe(false);
});

test('a password is counted and kept in NFC', () => {
  const decomposed = '비밀번호안전하게열자'.normalize('NFD');
  expect(password.parse(decomposed)).toBe('비밀번호안전하게열자');
  expect(password.safeParse('비밀번호'.normalize('NFD')).success).toBe(false);
});

test('a name has 1 to 100 characters and none that controls', () => {
  expect(personName.parse(' 홍길동 ')).toBe('홍길동');
  for (const text of ['', '   ', 'x'.repeat(101), 'Ada\nLovelace', 'Ada\u0000', '\u3164', 'Ada\u202e']) {
    expect(personName.safeParse(text).success).toBe(false);
  }
});

test.each([
  ['010-1234-5678', true],
  ['+82 10 1234 5678', true],
  ['+1 (555) 010-0000', true],
  ['(02) 123-4567', true],
  ['(415) 555-2671', true],
  ['(+82) 10-1234-5678', true],
  ['+82 (0)10 1234 5678', true],
  ['010.1234.5678', true],
  ['030/1234567', true],
  ['０１０－１２３４－５６７８', true],
  ['（02）123-4567', true],
  ['٠١٠ ١٢٣٤ ٥٦٧٨', true],
  ['010–1234–5678', true],
  ['\u202A+82 10-1234-5678\u202C', true],
  ['12', false],
  ['()- . ', false],
  ['(02 123-4567', false],
  ['((02)) 123-4567', false],
  ['1.2.3.4', false],
  ['+82 +10 1234 5678', false],
  ['call me', false],
  ['+82 10 1234 5678 ext. 9', false],
  ['1'.repeat(26), false],
])('%j is a phone number: %s', (text, expected) => {
  expect(phoneNumber.safeParse(text).success).toBe(expected);
});

test.each([
  [' (02) 123-4567 ', '(02) 123-4567'],
  ['０１０－１２３４－５６７８', '010-1234-5678'],
  ['\u202A+82 10-1234-5678\u202C', '+82 10-1234-5678'],
])('of the phone number %j, %j is kept', (typed, kept) => {
  expect(phoneNumber.parse(typed)).toBe(kept);
});

test.each([undefined, null, '', ' '])('the second line of an address may be left out: %j', (line2) => {
  expect(address.parse({ postalCode: '04524', line1: 'Sejong-daero 110', line2 })).toEqual({
    postalCode: '04524',
    line1: 'Sejong-daero 110',
    line2: null,
  });
});
