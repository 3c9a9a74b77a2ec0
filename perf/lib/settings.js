/**
 * Settings of the scripts, from the environment: `USERS=5000 npm run perf purchase-rush`, or `k6 run -e USERS=5000 …`.
 * A wrong one ends the run before anything is sent.
 */

export const baseUrl = text('BASE_URL', 'http://localhost:4000').replace(/\/(graphql\/?)?$/, '');

export function text(name, preset) {
  return __ENV[name] || preset;
}

/** A whole number. */
export function count(name, preset, smallest = 1) {
  const value = Number(text(name, preset));
  if (!Number.isInteger(value) || value < smallest)
    throw new Error(`${name} is not acceptable: expected a whole number from ${smallest} on.`);
  return value;
}

/** A length of time as k6 writes it, such as `90s`, `2m` or `1h`; in seconds. */
export function seconds(name, preset, smallest = 0) {
  const [, digits, unit] = /^(\d+)(s|m|h)$/.exec(text(name, preset)) || [];
  if (digits === undefined)
    throw new Error(`${name} is not acceptable: expected a number and s, m or h, for example 30s.`);
  const value = Number(digits) * { s: 1, m: 60, h: 3600 }[unit];
  if (value < smallest) throw new Error(`${name} is not acceptable: expected ${smallest}s or more.`);
  return value;
}

/** Where the scripts find the tokens and accounts that were made for them. */
export const tokensFile = text('TOKENS', import.meta.resolve('../.tokens.json'));
export const accountsFile = text('ACCOUNTS', import.meta.resolve('../.accounts.json'));
