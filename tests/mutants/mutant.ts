/** A variant of the sources with one rule of the purchase protocol left out, and the test that fails with it. */
export interface Mutant {
  readonly name: string;
  /** The rule that is left out, as a sentence. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  readonly caughtBy: NamedTest;
}

export interface Edit {
  /** From the root of the project. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly search: string;
  readonly replace: string;
}

export interface NamedTest {
  readonly file: string;
  /** The title of the test, or its beginning. */
  readonly test: string;
}

/**
 * @returns the text with the edit made
 * @throws where the searched text does not stand in it exactly once
 */
export function applyEdit(text: string, { file, search, replace }: Edit): string {
  const parts = text.split(search);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} places, and not one, with: ${search}`);
  return parts.join(replace);
}
