import { Fault } from '../../platform/errors.ts';
import type { HttpRequest } from '../../platform/http/types.ts';
import type { AllowedOrigins } from './origins.ts';

/**
 * Headers that clients of GraphQL set and that neither a browser nor a proxy adds by itself. A page of another origin sends one of them only
 * after a preflight, which its origin must pass.
 */
const FORCE_PREFLIGHT = [
  'apollo-require-preflight',
  'graphql-require-preflight',
  'x-apollo-operation-name',
  'apollographql-client-name',
  'authorization',
  'x-requested-with',
];

/** Content types that a form can send; any other forces a preflight (Fetch Standard, "CORS-safelisted request-header"). */
const OF_FORMS = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/**
 * A GET is read where a preflight came before it, where it is of no page of another origin, or where its page may call. There are no
 * cookies, so a page gains nothing by other GETs: what this keeps out is the work that a page could have the browsers of its visitors cause.
 *
 * @throws {Fault} BAD_REQUEST
 */
export function assertMayGet({ headers }: Pick<HttpRequest, 'headers'>, allowed: AllowedOrigins): void {
  if (forcesPreflight(headers)) return;
  const { origin } = headers;
  const mayGet = origin === undefined ? !isEmbedded(headers) : allowed(origin);
  if (mayGet) return;
  throw new Fault(
    'BAD_REQUEST',
    `A GET request of a page that may not call must carry a header that forces a preflight, such as ${FORCE_PREFLIGHT[0]}.`,
  );
}

function forcesPreflight(headers: HttpRequest['headers']): boolean {
  if (FORCE_PREFLIGHT.some((name) => headers[name])) return true;
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return type !== undefined && type !== '' && !type.includes(',') && !OF_FORMS.includes(type);
}

/** As an image, a script or the like of a page of another origin, of which a browser does not say the origin. */
const isEmbedded = (headers: HttpRequest['headers']): boolean =>
  headers['sec-fetch-mode'] === 'no-cors' &&
  /^(cross-site|same-site)$/.test(String(headers['sec-fetch-site']));
