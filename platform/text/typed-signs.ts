/**
 * Digits, letters and signs as another keyboard types them or another program copies them, in ASCII: full-width forms, digits of any
 * script, any dash, any space; without characters that show nothing, such as the marks of direction that telephones copy with a number.
 * For numbers and codes alone: of a name it would lose something.
 */
export const inAscii = (typed: string): string =>
  typed
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(valueOf(digit.codePointAt(0)!)))
    .replace(/[\p{Pd}\u2212\u30FC]/gu, '-')
    .replace(/\s/gu, ' ')
    .trim();

/** Unicode has the ten digits of a script one after the other. */
function valueOf(digit: number): number {
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(digit - value - 1))) value++;
  return value;
}
