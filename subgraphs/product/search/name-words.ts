/**
 * The suffix index, by which products are found by name. A full-text index is not used: its stop words, its shortest word and its
 * splitting of Korean differ between MySQL, MariaDB and their settings, and it matches whole words only, while in Korean and in
 * compounds a search term is often inside of a longer word.
 *
 * Instead every suffix of every word of a name is stored (`keyboard`, `eyboard` … `d`): a word contains a term exactly when one of its
 * suffixes starts with it, and that is a range of an ordinary index, the same on every server.
 */

/** In characters; the rest of a longer word is not indexed. */
const MAX_LENGTH = 64;

const MARKS_OF_LATIN_AND_GREEK = /[\u0300-\u036f]/g;
const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}]+/u;

/** @returns the words of a text, each once, alike for upper and lower case, wide and narrow forms, and with and without accents */
export function wordsOf(text: string): string[] {
  const alike = text.normalize('NFKD').toLowerCase().replace(MARKS_OF_LATIN_AND_GREEK, '').normalize('NFC');
  const words = alike.split(BETWEEN_WORDS).filter((word) => word !== '');
  return [...new Set(words.map((word) => firstCharacters([...word])))];
}

/** @returns every suffix of every word of a name, each once */
export function suffixesOf(name: string): string[] {
  const suffixes = wordsOf(name).flatMap((word) => {
    const characters = [...word];
    return characters.map((_, start) => characters.slice(start).join(''));
  });
  return [...new Set(suffixes)];
}

const firstCharacters = (characters: readonly string[]): string => characters.slice(0, MAX_LENGTH).join('');
