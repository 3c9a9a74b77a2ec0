/** A variant of the sources with one rule of the purchase protocol left out, and the test that fails with it. */
export interface Mutant extends Edit {
  readonly name: string;
  /** The rule that is left out, as a sentence. */
  readonly breaks: string;
  /** Edits beside its first. */
  readonly also?: readonly Edit[];
  /** The file of the test. */
  readonly caughtIn: string;
  /** The title of the test, or its beginning. */
  readonly caughtBy: string;
}

export type NamedTest = Pick<Mutant, 'caughtIn' | 'caughtBy'>;

export interface Edit {
  /** From the root of the project. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly search: string;
  readonly replace: string;
}

export const editsOf = (mutant: Mutant): readonly Edit[] => [mutant, ...(mutant.also ?? [])];

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
