import type { FaultCode } from '../../../platform/errors.ts';
import { type RawRequest, requestBytes } from '../raw-http.ts';

/** A request that is not acceptable, and what the router answers to it. */
export interface BadRequest extends RawRequest {
  /** In words. */
  readonly what: string;
  /** The last answer on the connection. */
  readonly answer: `${number} ${FaultCode}`;
  /** The router that it is sent to: one with the usual settings, unless said otherwise. */
  readonly to?: 'production' | 'impatient' | 'manifest' | 'strict' | 'roomy';

  /** The body, written as JSON … */
  readonly json?: unknown;
  /** … or the usual `{ query, variables }`. */
  readonly query?: string;
  readonly variables?: object;
  /** An access token; `buyer` and `merchant` are good ones. */
  readonly token?: string;
  /** Everything that goes over the connection, in the place of the above. */
  readonly bytes?: string | Buffer;
  /** Words of the answer's message, where the code alone does not say which rule it was. */
  readonly says?: string;
  /** Words that the answer must not have. */
  readonly hides?: string;
}

/** @returns the rows with this answer, save those that name another */
export const answered = (
  answer: BadRequest['answer'],
  rows: readonly (Omit<BadRequest, 'answer'> & Partial<BadRequest>)[],
): BadRequest[] => rows.map((row) => ({ answer, ...row }));

export function bytesOf(
  { bytes, method, path, headers, body, json, query, variables }: BadRequest,
  token: string | undefined,
): Buffer {
  if (bytes !== undefined) return Buffer.from(bytes);
  const asJson = json ?? (query === undefined ? undefined : { query, variables });
  const content = body ?? (asJson === undefined ? undefined : JSON.stringify(asJson));
  return requestBytes({
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    ...(content === undefined ? {} : { body: content }),
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  });
}
