import type { GraphQLError } from 'graphql';

/** A document that is not GraphQL or does not fit the schema, with everything that is wrong with it. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument';

  constructor(readonly errors: readonly GraphQLError[]) {
    super('The document is not valid.');
  }
}
