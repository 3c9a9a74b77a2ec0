import type { GraphQLError, GraphQLErrorExtensions, GraphQLFormattedError } from 'graphql';
import { isRecord } from '../is-record.ts';
import type { OperationBody } from './received-operation.ts';
import type { KnownOperation } from './known-documents.ts';
import { maskFault, recordErrors } from './mask-faults.ts';
import type { SubgraphContext } from './subgraph-context.ts';

/** What executing an operation gave, as it is answered. */
export interface Executed {
  readonly status: number;
  /** The header; null: there is none. */
  readonly cacheControl: string | null;
  /** JSON; null where it cannot be answered. */
  readonly text: string | null;
  readonly hasErrors: boolean;
}

/**
 * Executes a known operation as Apollo Server does, to the byte, without its request pipeline, which costs 80 of the 105 microseconds of CPU
 * time that a purchase spends in GraphQL.
 *
 * @returns null where the variables do not fit, and no resolver was called
 */
export async function executeKnown<Context extends SubgraphContext>(
  { operation, execute, cacheControl }: KnownOperation,
  { variables }: OperationBody,
  context: Context,
): Promise<Executed | null> {
  const result = await execute((variables ?? {}) as Record<string, unknown>, context);
  if (result.data === undefined) return null;
  if (!result.errors)
    return { status: 200, cacheControl: cacheControl(result), text: textOf(result.data), hasErrors: false };
  recordErrors(result.errors, operation.operation, context.logger);
  const errors = result.errors.map(formatError);
  return {
    status: statusOf(result.errors),
    cacheControl: null,
    text: textOf(result.data, errors),
    hasErrors: true,
  };
}

/** With the line end that Apollo Server writes. */
const textOf = (data: unknown, errors?: readonly GraphQLFormattedError[]): string =>
  `${JSON.stringify({ errors, data })}\n`;

/** As Apollo Server does: a code for every error, and what it says of the response's status is no part of it. */
function formatError(error: GraphQLError): GraphQLFormattedError {
  const extensions = { ...error.extensions, code: error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR' };
  if (statusIn(extensions) !== null) delete (extensions as GraphQLErrorExtensions)['http'];
  try {
    return maskFault({ ...error.toJSON(), extensions }, error);
  } catch {
    return { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  }
}

/** Of the last error that names one. */
const statusOf = (errors: readonly GraphQLError[]): number =>
  errors.reduce((status, { extensions }) => statusIn(extensions) ?? status, 200);

function statusIn({ http }: GraphQLErrorExtensions): number | null {
  const status = isRecord(http) ? http['status'] : null;
  return typeof status === 'number' ? status : null;
}
