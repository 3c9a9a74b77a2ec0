import { ConfigurationError } from '../../config/environment.ts';
import { listOf } from '../../config/list-of.ts';
import type { ClaimRules } from './claims.ts';
import type { KeySet } from './key-set.ts';

/** An issuer of access tokens that is trusted here: what its tokens must contain, and its keys, which sign for no other issuer. */
export interface TrustedIssuer {
  readonly rules: ClaimRules;
  /** Null: none of its tokens is accepted. */
  readonly keys: KeySet | null;
}

/** See `token-settings.ts`. */
export interface IssuerSettings {
  readonly JWT_ISSUER: string;
  readonly JWT_AUDIENCE: string;
  readonly JWT_CLIENTS?: string;
  readonly JWT_SCOPE_CLAIMS?: string;
}

/** The issuer of this system's own access tokens, unless a setting names another. */
export const OWN_ISSUER = 'firstcome';

/** In the place of an audience: tokens that name none are accepted. */
const NO_AUDIENCE = 'none';

const SCOPE_CLAIMS = 'scope, scp';

/**
 * @param keysOf where the keys of an issuer come from, by its place in JWT_ISSUER and how many issuers there are
 * @throws {ConfigurationError} when the settings do not fit each other
 */
export function trustedIssuers(
  settings: IssuerSettings,
  keysOf: (place: number, issuers: number) => KeySet | null,
): readonly TrustedIssuer[] {
  const issuers = listOf(settings.JWT_ISSUER);
  if (issuers.length === 0 || new Set(issuers).size < issuers.length)
    throw new ConfigurationError(
      'JWT_ISSUER is not acceptable: expected different issuers, separated by commas.',
    );
  if (issuers.indexOf(OWN_ISSUER) > 0)
    throw new ConfigurationError(`JWT_ISSUER is not acceptable: ${OWN_ISSUER} must come first.`);
  const audiences = oneForEach('JWT_AUDIENCE', listOf(settings.JWT_AUDIENCE), issuers.length);

  return issuers.map((issuer, place) => ({
    rules: {
      issuer,
      audiences: audiences[place]!.split(/\s+/).map((one) => (one === NO_AUDIENCE ? null : one)),
      clients: listOf(settings.JWT_CLIENTS ?? ''),
      scopeClaims: listOf(settings.JWT_SCOPE_CLAIMS || SCOPE_CLAIMS),
      ids: idRule(issuer, place),
    },
    keys: keysOf(place, issuers.length),
  }));
}

/** @returns what the user subgraph writes into the tokens that it signs: the first of each */
export function signedFor({ JWT_ISSUER, JWT_AUDIENCE }: IssuerSettings): {
  readonly issuer: string;
  readonly audience: string;
} {
  const [issuer = ''] = listOf(JWT_ISSUER);
  const [audience = NO_AUDIENCE] = (listOf(JWT_AUDIENCE)[0] ?? '').split(/\s+/);
  if (issuer === '' || audience === '' || audience === NO_AUDIENCE)
    throw new ConfigurationError(
      'JWT_ISSUER and JWT_AUDIENCE are not acceptable: the first of each is what this service signs tokens for.',
    );
  return { issuer, audience };
}

/** @returns the value for each issuer: as many as there are, or one for all */
export function oneForEach(name: string, values: readonly string[], issuers: number): readonly string[] {
  if (values.length === issuers) return values;
  if (values.length === 1) return Array<string>(issuers).fill(values[0]!);
  throw new ConfigurationError(
    `${name} is not acceptable: expected one value for all issuers, or one for each of JWT_ISSUER, separated by commas.`,
  );
}

const idRule = (issuer: string, place: number): ClaimRules['ids'] => {
  if (issuer === OWN_ISSUER) return 'uuids';
  return place === 0 ? 'kept' : 'mapped';
};
