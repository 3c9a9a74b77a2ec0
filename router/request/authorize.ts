import { Fault } from '../../platform/errors.ts';
import type { Caller } from '../../platform/identity/identity.ts';
import type { Authenticator } from '../../platform/identity/tokens/authenticator.ts';
import { RefusedToken } from '../../platform/identity/tokens/refused-token.ts';
import type { Operation } from '../operation/operation.ts';

/** The result of authentication: a caller, null for a request without a token, or the refusal of a bad one, until the operation is known. */
export type Presented = Caller | null | RefusedToken;

/** @throws {Fault} UNAVAILABLE when there are no keys to check a token by */
export async function presentedBy(
  authenticator: Authenticator,
  authorization: string | undefined,
): Promise<Presented> {
  try {
    return await authenticator.authenticate(authorization);
  } catch (error) {
    if (error instanceof RefusedToken) return error;
    throw error;
  }
}

/** A bad token gives no identity. */
export const callerIn = (presented: Presented): Caller | null =>
  presented instanceof RefusedToken ? null : presented;

/**
 * Clients send the token that they have with the mutation that gets them another one, so a bad token counts as none where nothing in a
 * mutation needs a caller. A query is refused even where it needs none: that is how the client learns that its token has expired.
 *
 * @throws {RefusedToken} for a bad token
 * @throws {Fault} UNAUTHENTICATED without a caller where one is needed; FORBIDDEN when a scope is missing
 */
export function authorize({ kind, access }: Pick<Operation, 'kind' | 'access'>, presented: Presented): void {
  if (presented instanceof RefusedToken) {
    if (kind === 'mutation' && !access.authenticated) return;
    throw presented;
  }
  if (!access.authenticated) return;
  if (!presented) throw new Fault('UNAUTHENTICATED');
  const allowed = access.scopes.every((choice) =>
    choice.some((all) => all.every((scope) => presented.scopes.has(scope))),
  );
  if (!allowed) throw new Fault('FORBIDDEN');
}
