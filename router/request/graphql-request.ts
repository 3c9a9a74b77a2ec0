import { Fault } from '../../platform/errors.ts';
import type { HttpRequest } from '../../platform/http/types.ts';
import { isRecord } from '../../platform/is-record.ts';
import type { Variables } from '../operation/selected-operation.ts';
import { readDocumentId } from '../operation/persisted/document-hash.ts';
import type { DocumentReference } from '../operation/persisted/persisted-operations.ts';
import { isJsonType, isPlain } from './content-type.ts';
import type { AllowedOrigins } from './origins.ts';
import { parseJson } from './parse-json.ts';
import { assertMayGet } from './simple-get.ts';

/** The parameters of a request, as in the GraphQL over HTTP specification; the document as text, by its id, or both. */
export interface GraphqlRequest extends DocumentReference {
  readonly operationName: string | null;
  readonly variables: Variables;
}

/**
 * Reads POST with a JSON body, whose content type a page of another origin cannot send without the browser asking first (CORS preflight),
 * and GET with parameters, as `assertMayGet` says.
 *
 * @throws {Fault} METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, BAD_REQUEST
 */
export async function readGraphqlRequest(
  request: HttpRequest,
  readBody: () => Promise<string>,
  origins: AllowedOrigins,
): Promise<GraphqlRequest> {
  switch (request.method) {
    case 'POST':
      assertJson(request.headers);
      return fromObject(parseJson(await readBody(), 'The body'));
    case 'GET':
      assertMayGet(request, origins);
      return fromParameters(new URLSearchParams(request.query));
    default:
      throw new Fault('METHOD_NOT_ALLOWED');
  }
}

function assertJson(headers: HttpRequest['headers']): void {
  if (!isJsonType(headers['content-type'])) throw new Fault('UNSUPPORTED_MEDIA_TYPE');
  if (!isPlain(headers['content-encoding']))
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'Send the operation as it is, without a `content-encoding`.');
}

function fromParameters(parameters: URLSearchParams): GraphqlRequest {
  const jsonOf = (name: string) => {
    const text = parameters.get(name);
    return text ? parseJson(text, `\`${name}\``) : null;
  };
  return fromObject({
    query: parameters.get('query'),
    ...Object.fromEntries(ID_FIELDS.map((name) => [name, parameters.get(name)])),
    operationName: parameters.get('operationName'),
    variables: jsonOf('variables'),
    extensions: jsonOf('extensions'),
  });
}

function fromObject(value: unknown): GraphqlRequest {
  if (Array.isArray(value)) throw new Fault('BAD_REQUEST', 'Batches are not supported: send one operation.');
  if (!isRecord(value)) throw new Fault('BAD_REQUEST', 'The body must be a JSON object with a `query`.');
  const { query = null, operationName = null, variables = null } = value;
  const id = idIn(value);
  const isLeftOut = query === null && id !== null;
  if (!isLeftOut && (typeof query !== 'string' || query.trim() === '')) {
    throw new Fault('BAD_REQUEST', '`query` must be a string with a GraphQL document.');
  }
  if (operationName !== null && typeof operationName !== 'string') {
    throw new Fault('BAD_REQUEST', '`operationName` must be a string.');
  }
  if (variables !== null && !isRecord(variables)) {
    throw new Fault('BAD_REQUEST', '`variables` must be an object.');
  }
  return {
    query: query,
    id,
    operationName: operationName || null,
    variables: variables ?? {},
  };
}

/** Where a document's id may stand: as in GraphQL over HTTP, as in Relay's examples, and as in other clients. */
const ID_FIELDS = ['documentId', 'doc_id', 'id'] as const;

/** The id in one of these fields, or where automatic persisted queries have it: `extensions.persistedQuery`. */
function idIn({ extensions = null, ...fields }: Record<string, unknown>): string | null {
  if (extensions !== null && !isRecord(extensions)) {
    throw new Fault('BAD_REQUEST', '`extensions` must be an object.');
  }
  const persisted = extensions?.['persistedQuery'] ?? null;
  if (persisted !== null && (!isRecord(persisted) || persisted['version'] !== 1)) {
    throw new Fault('BAD_REQUEST', '`extensions.persistedQuery` must be an object of version 1.');
  }
  const given = ID_FIELDS.map((name) => fields[name] ?? null).filter((id) => id !== null);
  if (persisted !== null) given.push(persisted['sha256Hash'] ?? '');
  const [id = null, ...others] = new Set(given.map(readId));
  if (others.length > 0) throw new Fault('BAD_REQUEST', 'The request names several documents.');
  return id;
}

function readId(given: unknown): string {
  const id = readDocumentId(given);
  if (id === null) {
    throw new Fault(
      'BAD_REQUEST',
      'A document is named by its SHA-256, in hexadecimal, or by an id of the manifest.',
    );
  }
  return id;
}
