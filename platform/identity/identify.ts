import type { IncomingHttpHeaders } from 'node:http';
import { IDENTITY_HEADER, REQUEST_ID_HEADER, type Identity } from './identity.ts';
import type { IdentityVerifier } from './identity-verifier.ts';
import { acceptRequestId } from './request-id.ts';
import type { Authenticator } from './tokens/authenticator.ts';

/** Where a request comes from, before its body is read. */
export interface IdentifiedRequest {
  readonly identity: Identity;
  /** Sent by a process of this system rather than with an access token. */
  readonly isSigned: boolean;
  /** Call with the body before anything is done with it. @throws {Fault} as `VerifiedIdentity.accept` does */
  accept(body: string): void;
}

/**
 * The caller of a subgraph. A signed identity goes before all; where access tokens count, a request without one is that of the
 * token's owner, or anonymous.
 *
 * @param tokens null: only signed identities are accepted
 * @returns `misdirected` for an identity that was signed for another process of the subgraph
 * @throws {Fault} UNAUTHENTICATED; UNAVAILABLE when a token cannot be checked
 */
export async function identify(
  headers: IncomingHttpHeaders,
  verifier: IdentityVerifier,
  tokens: Pick<Authenticator, 'authenticate'> | null,
): Promise<IdentifiedRequest | 'misdirected'> {
  const header = headers[IDENTITY_HEADER];
  if (tokens && header === undefined) {
    const identity = {
      caller: await tokens.authenticate(headers.authorization),
      requestId: acceptRequestId(headers[REQUEST_ID_HEADER]),
      remainingMs: null,
    };
    return { identity, isSigned: false, accept: () => undefined };
  }
  const verified = verifier.verify(Array.isArray(header) ? header[0] : header);
  return verified === 'misdirected' ? verified : { ...verified, isSigned: true };
}
