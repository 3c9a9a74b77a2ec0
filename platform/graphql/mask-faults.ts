import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, Kind, OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import { Fault, isFaultCode, OUTCOME_UNKNOWN } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { isStatementTimeout } from '../mysql/errors.ts';
import { storeFailure } from '../store-failure.ts';

/**
 * Errors of an operation, before they are masked: the formatter of errors has no access to the request; this has, so that the log
 * relates the error to the request.
 *
 * @param operation undefined where the document has none of that name, or is not GraphQL
 */
export function recordErrors(
  errors: readonly GraphQLError[],
  operation: OperationTypeNode | undefined,
  logger: Logger,
): void {
  for (const error of errors) {
    if (operation === OperationTypeNode.MUTATION) ofMutations.add(error);
    const original = unwrapResolverError(error);
    if (isMeant(original, error) || isOfRequest(error)) continue;
    logger.error({ err: original, path: error.path }, 'resolver failed');
  }
}

/** Errors during a mutation: the formatter of errors has no access to the operation either. */
const ofMutations = new WeakSet<object>();

const isMeant = (
  original: unknown,
  { extensions }: { readonly extensions?: Record<string, unknown> },
): boolean => original instanceof Fault || isFaultCode(extensions?.['code']);

/**
 * Of the document, its variables or an argument: syntax, validation, values. What graphql-js throws about a result has its field
 * as its place.
 */
const isOfRequest = (error: unknown): boolean =>
  error instanceof GraphQLError &&
  unwrapResolverError(error) instanceof GraphQLError &&
  (!error.path || error.nodes?.[0]?.kind !== Kind.FIELD);

/** By Apollo Server's code. Its own messages quote the document and the variables, which may hold a password. */
const OF_REQUEST: Readonly<Record<string, string>> = {
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema.',
  BAD_USER_INPUT: 'A variable does not fit its type.',
  OPERATION_RESOLUTION_FAILURE: 'It is not clear which operation is meant.',
};

/** Faults that were meant to be seen pass; of anything else the caller learns nothing, and the log what kind of error it is. */
export function maskFault(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  if (isMeant(original, formatted)) {
    const { stacktrace: _stack, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions };
  }
  if (isOfRequest(error)) {
    // The router refuses nearly all of it before it gets here.
    const reason = OF_REQUEST[String(formatted.extensions?.['code'])] ?? 'A value does not fit its type.';
    return { message: reason, extensions: { code: 'BAD_REQUEST' } };
  }
  const fault = faultOf(original, typeof error === 'object' && error !== null && ofMutations.has(error));
  return {
    message: fault.message,
    ...(formatted.path ? { path: formatted.path } : {}),
    extensions: { ...fault.extensions },
  };
}

/**
 * A refusal of a store, or a store that is not reached, is no fault of the code: UNAVAILABLE, with a time to try again. Where a mutation may
 * have taken effect nevertheless, the fault states it.
 */
function faultOf(error: unknown, isOfMutation: boolean): Fault {
  if (isStatementTimeout(error)) return new Fault('TIMEOUT');
  const failure = storeFailure(error);
  if (!failure) return new Fault('INTERNAL');
  const { retryAfterMs, mayHaveRun } = failure;
  return mayHaveRun && isOfMutation
    ? new Fault('UNAVAILABLE', OUTCOME_UNKNOWN.message, { retryAfterMs, ...OUTCOME_UNKNOWN.extensions })
    : new Fault('UNAVAILABLE', undefined, { retryAfterMs });
}
