import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeSecrets, readSecret, type SecretName } from './secrets.ts';

const NAMES = Object.keys(makeSecrets()) as SecretName[];
const production = (name: SecretName, value: string) => ({ NODE_ENV: 'production', [name]: value });

describe('in production', () => {
  it.each(NAMES)('%s is taken as `npm run secrets` makes it', (name) => {
    const made = makeSecrets()[name];
    expect(readSecret(name, 'nowhere', production(name, made))).toBe(made);
  });

  it.each(NAMES)('%s that is short stops the start, by name, and is not quoted', (name) => {
    for (const short of ['x', 'hunter2-'.repeat(4).slice(1)]) {
      const read = () => readSecret(name, 'nowhere', production(name, short));
      expect(read).toThrow(`${name} is not acceptable: expected at least 32 characters in production`);
      expect(read).not.toThrow('hunter2');
    }
  });

  it.each(NAMES)('%s must be given', (name) => {
    expect(() => readSecret(name, 'nowhere', production(name, ' '))).toThrow(
      `${name} must be set in production.`,
    );
  });
});

it('an environment that still has one identity secret for all names the secrets to set', () => {
  const environment = production('LOOKUP_KEY', 'l'.repeat(43));
  const read = (name: SecretName) => () =>
    readSecret(name, 'nowhere', { ...environment, IDENTITY_SECRET: 'i'.repeat(43) });
  for (const name of NAMES.filter((one) => one.endsWith('IDENTITY_SECRET')))
    expect(read(name)).toThrow(
      `${name} must be set in production. IDENTITY_SECRET is not read: set USER_IDENTITY_SECRET, PRODUCT_IDENTITY_SECRET and ORDER_IDENTITY_SECRET`,
    );
  expect(read('SIGNING_KEYS')).not.toThrow('IDENTITY_SECRET');
});

it('a DATA_DIR that cannot be written to stops the start with a sentence', () => {
  const file = fileURLToPath(import.meta.url);
  expect(() => readSecret('LOOKUP_KEY', file, {})).toThrow(
    `DATA_DIR is not acceptable: ${file}/secrets cannot be written to (ENOTDIR).`,
  );
});

it('elsewhere a secret may be of any length', () => {
  expect(readSecret('LOOKUP_KEY', 'nowhere', { LOOKUP_KEY: 'x' })).toBe('x');
});
