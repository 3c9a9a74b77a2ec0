/** The parts of a setting that are separated by commas, without spaces around them; empty ones do not count. */
export const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
