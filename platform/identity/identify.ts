import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../errors.ts';
import { IDENTITY_HEADER, REQUEST_ID_HEADER, verifyIdentity, type Identity } from './identity.ts';
import { acceptRequestId } from './request-id.ts';
import type { Authenticator } from './tokens/authenticator.ts';

/**
 * Who asks a subgraph. An identity that was signed goes before all; where access tokens count, a request without one is its
 * token's owner's, or anonymous.
 *
 * @param tokens null: only who holds the secret is answered
 * @throws {Fault} UNAUTHENTICATED; UNAVAILABLE when a token cannot be checked
 */
export async function identify(
  headers: IncomingHttpHeaders,
  secret: string,
  tokens: Pick<Authenticator, 'authenticate'> | null,
): Promise<Identity> {
  const header = headers[IDENTITY_HEADER];
  if (tokens && header === undefined) {
    return {
      caller: await tokens.authenticate(headers.authorization),
      requestId: acceptRequestId(headers[REQUEST_ID_HEADER]),
      patienceMs: null,
    };
  }
  const identity = verifyIdentity(secret, Array.isArray(header) ? header[0] : header);
  if (!identity) throw new Fault('UNAUTHENTICATED', 'This service answers the router only.');
  return identity;
}
