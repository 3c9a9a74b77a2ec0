import { expect, it } from 'vitest';
import { parseUuid } from './uuid.ts';

const ID = '0198c0de-00ab-7000-8000-0000000000ef';

const DIGITS = ID.replaceAll('-', '');

it.each([
  ID,
  ID.toUpperCase(),
  `0198C0DE${ID.slice(8)}`,
  `urn:uuid:${ID}`,
  `URN:UUID:${ID.toUpperCase()}`,
  `urn:uuid:${DIGITS}`,
  DIGITS,
  DIGITS.toUpperCase(),
  `{${ID}}`,
  `{${ID.toUpperCase()}}`,
  `{${DIGITS}}`,
])('%s is read as the same id', (spelled) => {
  expect(parseUuid(spelled)).toBe(ID);
});

it.each([
  '',
  ID.slice(1),
  `${ID}0`,
  ` ${ID}`,
  `${ID}\n`,
  `{${ID}`,
  `${ID}}`,
  `({${ID}})`,
  `(${ID})`,
  `{{${ID}}}`,
  `{urn:uuid:${ID}}`,
  `urn:uuid:{${ID}}`,
  DIGITS.slice(1),
  `${DIGITS}0`,
  `${DIGITS}\n`,
  ID.replace('-', ''),
  `${DIGITS.slice(0, 30)}-${DIGITS.slice(30)}`,
  `urn:uuid:urn:uuid:${ID}`,
  `uuid:${ID}`,
  ID.replace('a', 'ａ'),
  ID.replace('e', 'g'),
  7,
  null,
  undefined,
  [ID],
])('%j is no id', (text) => {
  expect(parseUuid(text)).toBeNull();
});
