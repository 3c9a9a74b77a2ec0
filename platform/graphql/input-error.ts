import { GraphQLError } from 'graphql';

/**
 * Why a scalar does not accept a value. The message is shown to the caller, so it states what is expected and repeats nothing of
 * the value: that may be a password in the wrong field. Messages of any other error about a value are replaced (`value-errors.ts`
 * of the router, `maskFault` of a subgraph).
 */
export class InputError extends GraphQLError {
  override readonly name = 'InputError';
}
