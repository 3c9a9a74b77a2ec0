import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';

export interface SchemaChanges {
  /** Operations that were good may be refused, or answered with something that their client does not know. */
  readonly breaking: readonly string[];
  /** Operations stay good; a client may meet what it did not expect. */
  readonly dangerous: readonly string[];
}

/** @param before what clients see now @param after what they would see */
export function schemaChanges(before: string, after: string): SchemaChanges {
  const [old, next] = [buildSchema(before), buildSchema(after)];
  const sentences = (changes: readonly { readonly description: string }[]) =>
    changes.map(({ description }) => description).sort();
  return {
    breaking: sentences(findBreakingChanges(old, next)),
    dangerous: sentences(findDangerousChanges(old, next)),
  };
}
