import { Fault } from '../../platform/errors.ts';
import type { HttpRequest } from '../../platform/http/server.ts';
import type { Variables } from '../operation/cost.ts';

/** What a client asks for, as in the GraphQL over HTTP specification. */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Variables;
}

/**
 * Reads POST with a JSON body, and GET with parameters. Both need something that a page of another origin cannot send
 * without the browser asking first (CORS preflight): the JSON content type, or one of two headers.
 *
 * @throws {Fault} METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, BAD_REQUEST
 */
export async function readGraphqlRequest(request: HttpRequest): Promise<GraphqlRequest> {
  switch (request.method) {
    case 'POST':
      assertJson(request.headers['content-type']);
      return fromObject(parseJson(await request.readBody(), 'The body'));
    case 'GET':
      assertPreflighted(request);
      return fromParameters(new URLSearchParams(request.query));
    default:
      throw new Fault('METHOD_NOT_ALLOWED');
  }
}

const JSON_TYPE = /^application\/json\s*(;\s*charset=("?)utf-?8\2\s*)?$/i;

function assertJson(contentType: string | undefined): void {
  if (contentType !== 'application/json' && !JSON_TYPE.test(contentType ?? '')) {
    throw new Fault('UNSUPPORTED_MEDIA_TYPE');
  }
}

const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

function assertPreflighted({ headers }: HttpRequest): void {
  if (!PREFLIGHT_HEADERS.some((name) => headers[name])) {
    throw new Fault('BAD_REQUEST', `A GET request must carry the header ${PREFLIGHT_HEADERS.join(' or ')}.`);
  }
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault('BAD_REQUEST', `${what} is not JSON.`);
  }
}

function fromParameters(parameters: URLSearchParams): GraphqlRequest {
  const variables = parameters.get('variables');
  return fromObject({
    query: parameters.get('query') ?? undefined,
    operationName: parameters.get('operationName'),
    variables: variables ? parseJson(variables, '`variables`') : null,
  });
}

function fromObject(value: unknown): GraphqlRequest {
  if (Array.isArray(value)) throw new Fault('BAD_REQUEST', 'Batches are not supported: send one operation.');
  if (!isObject(value)) throw new Fault('BAD_REQUEST', 'The body must be a JSON object with a `query`.');
  const { query, operationName, variables } = value;
  if (typeof query !== 'string' || query.trim() === '') {
    throw new Fault('BAD_REQUEST', '`query` must be a string with a GraphQL document.');
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw new Fault('BAD_REQUEST', '`operationName` must be a string.');
  }
  if (variables !== undefined && variables !== null && !isObject(variables)) {
    throw new Fault('BAD_REQUEST', '`variables` must be an object.');
  }
  return { query, operationName: operationName || null, variables: variables ?? {} };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
