/**
 * How products are found by name. A full-text index is not used: its stop words, its shortest word and its splitting of Korean
 * differ between MySQL, MariaDB and their settings, and it finds whole words only, while in Korean and in compounds what people
 * look for stands inside of a longer word.
 *
 * Instead every ending of every word of a name is kept (`keyboard`, `eyboard` … `d`): a word contains what is looked
 * for exactly when one of its endings starts with it, and that is a range of an ordinary index, the same on every server.
 */

/** In characters; what follows in a longer word is not looked at. */
const MAX_LENGTH = 64;

const MARKS_OF_LATIN_AND_GREEK = /[\u0300-\u036f]/g;
const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}]+/u;

/** @returns the words of a text, each once, alike for upper and lower case, wide and narrow forms, and with and without accents */
export function wordsOf(text: string): string[] {
  const alike = text.normalize('NFKD').toLowerCase().replace(MARKS_OF_LATIN_AND_GREEK, '').normalize('NFC');
  const words = alike.split(BETWEEN_WORDS).filter((word) => word !== '');
  return [...new Set(words.map((word) => firstCharacters([...word])))];
}

/** @returns every ending of every word of a name, each once */
export function endingsOf(name: string): string[] {
  const endings = wordsOf(name).flatMap((word) => {
    const characters = [...word];
    return characters.map((_, start) => characters.slice(start).join(''));
  });
  return [...new Set(endings)];
}

const firstCharacters = (characters: readonly string[]): string => characters.slice(0, MAX_LENGTH).join('');
