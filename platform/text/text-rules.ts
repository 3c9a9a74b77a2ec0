/**
 * What a text that people write for people to read may hold: names, lines of addresses, products and their descriptions. Every field of every
 * subgraph goes by these tables. Joiners of emoji, marks of direction, selectors of variants and decomposed Hangul are parts of words and stay.
 */
export interface TextRule {
  /** For the person who typed it. */
  readonly message: string;
  readonly isBroken: (text: string) => boolean;
}

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** Line breaks and tabs are parts of a text of several lines. */
const CONTROL_IN_PARAGRAPHS = /(?![\t\n\r\u2028\u2029])\p{Cc}/u;

/** Embeddings, overrides and isolates (UAX 9), and the deprecated U+206A to U+206F: what follows them may be shown in another order. */
const REORDERING = /[\u202A-\u202E\u2066-\u206F]/u;

/**
 * Everything that leaves no mark on a page by itself: spaces, what Unicode lets a font ignore (zero-width characters, fillers of Hangul, tags), format
 * characters, marks without a letter, and symbols and letters whose glyph is blank: braille, musical, hieroglyphic and object replacement.
 */
const INVISIBLE =
  /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{M}\p{Noncharacter_Code_Point}\u2800\uFFFC\u{1D159}\u{13441}\u{13442}]/gu;

const noReordering: TextRule = {
  message: 'Must not contain characters that change the direction of text.',
  isBroken: (text) => REORDERING.test(text),
};

const showsSomething: TextRule = {
  message: 'Must contain a visible character.',
  isBroken: (text) => text.replace(INVISIBLE, '') === '',
};

/** Of a text on one line that is not empty. */
export const LINE_RULES: readonly TextRule[] = [
  { message: 'Must not contain control characters.', isBroken: (text) => CONTROL.test(text) },
  noReordering,
  showsSomething,
];

/** Of a text of several lines that is not empty. */
export const PARAGRAPH_RULES: readonly TextRule[] = [
  {
    message: 'Must not contain control characters.',
    isBroken: (text) => CONTROL_IN_PARAGRAPHS.test(text),
  },
  noReordering,
  showsSomething,
];

/** @returns what is wrong with a text by these rules, one message for each rule that it breaks */
export const problemsOf = (text: string, rules: readonly TextRule[]): string[] =>
  rules.filter((rule) => rule.isBroken(text)).map(({ message }) => message);
