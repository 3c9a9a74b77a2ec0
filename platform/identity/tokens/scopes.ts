/** A scope token of RFC 6749, 3.3. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * The scopes that the claims with these names give together. A name is that of a claim, or a path with full stops to one in another.
 *
 * @returns null when one of them is neither text nor a list of texts, or is text that holds anything but scopes. What a list holds
 * beside scopes, as the names of groups, is left out: no rule can name it
 */
export function scopesOf(
  claims: Readonly<Record<string, unknown>>,
  names: readonly string[],
): ReadonlySet<string> | null {
  const scopes = new Set<string>();
  for (const name of names) {
    const some = readScopes(valueAt(claims, name));
    if (!some) return null;
    for (const scope of some) scopes.add(scope);
  }
  return scopes;
}

function readScopes(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') {
    const scopes = value.split(' ').filter(Boolean);
    return scopes.every((one) => SCOPE.test(one)) ? scopes : null;
  }
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return null;
  return value.filter((one) => SCOPE.test(one));
}

/** The name as it is goes first: some providers have URLs as names of claims. */
function valueAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
