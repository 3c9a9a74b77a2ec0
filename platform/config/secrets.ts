import { randomBytes, generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, isProduction, settingOf } from './environment.ts';

/**
 * The secrets of the system and how a demo makes its own. In production each must be given in the environment
 * variable of its name.
 */
const makers = {
  /** One for each subgraph, shared by it and those that call it: signs the identity of a request. */
  USER_IDENTITY_SECRET: () => randomBytes(32).toString('base64url'),
  PRODUCT_IDENTITY_SECRET: () => randomBytes(32).toString('base64url'),
  ORDER_IDENTITY_SECRET: () => randomBytes(32).toString('base64url'),
  /** JSON Web Key Set of private RSA keys: the first signs access tokens, all verify. One may be marked as next. */
  SIGNING_KEYS: () => JSON.stringify({ keys: [makeSigningKey()] }),
  /** `id:base64url` pairs separated by commas, 32 bytes each: the first encrypts personal fields, all decrypt. One may be next. */
  ENCRYPTION_KEYS: () => makeEncryptionKey(),
  /** Keyed hash under which an e-mail address is looked up. */
  LOOKUP_KEY: () => randomBytes(32).toString('base64url'),
};

export type SecretName = keyof typeof makers;

/** Of the data folder. */
const FOLDER = 'secrets';

/** A new value for each secret, by the name of its variable. */
export const makeSecrets = (): Record<SecretName, string> => ({
  USER_IDENTITY_SECRET: makers.USER_IDENTITY_SECRET(),
  PRODUCT_IDENTITY_SECRET: makers.PRODUCT_IDENTITY_SECRET(),
  ORDER_IDENTITY_SECRET: makers.ORDER_IDENTITY_SECRET(),
  SIGNING_KEYS: makers.SIGNING_KEYS(),
  ENCRYPTION_KEYS: makers.ENCRYPTION_KEYS(),
  LOOKUP_KEY: makers.LOOKUP_KEY(),
});

/** Characters. 32 random bytes have 43 in base64url; in hexadecimal they have 64. */
export const SHORTEST_IN_PRODUCTION = 32;

/**
 * @returns the secret from the environment; outside production else from `<dataDir>/secrets/`, made there at first use
 * @throws {ConfigurationError} in production, when the variable is not set, or too short to be what `npm run secrets` makes
 */
export function readSecret(
  name: SecretName,
  dataDir: string,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const given = settingOf(name, environment);
  if (given && isProduction(environment) && given.length < SHORTEST_IN_PRODUCTION) {
    throw new ConfigurationError(
      `${name} is not acceptable: expected at least ${SHORTEST_IN_PRODUCTION} characters in production; npm run secrets makes one.`,
    );
  }
  if (given) return given;
  if (isProduction(environment))
    throw new ConfigurationError(`${name} must be set in production.${hintFor(name, environment)}`);
  return readOrMake(join(dataDir, FOLDER), name);
}

/** @returns the folder of the secrets that were made outside production, where this one is among them */
export function folderOfMadeSecret(name: string, dataDir: string): string | undefined {
  const folder = join(dataDir, FOLDER);
  return existsSync(join(folder, name)) ? folder : undefined;
}

/** The three have replaced one, which an environment may still have. */
const hintFor = (name: SecretName, environment: NodeJS.ProcessEnv): string =>
  name.endsWith('IDENTITY_SECRET') && settingOf('IDENTITY_SECRET', environment)
    ? ' IDENTITY_SECRET is not read: set USER_IDENTITY_SECRET, PRODUCT_IDENTITY_SECRET and ORDER_IDENTITY_SECRET, which npm run secrets makes.'
    : '';

/** A private RSA key as a JSON Web Key with an id of its own. */
export function makeSigningKey(): Record<string, unknown> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: shortId(), alg: 'RS256', use: 'sig' };
}

/** `id:base64url`, 32 bytes, with an id of its own. */
export function makeEncryptionKey(): string {
  return `${shortId()}:${randomBytes(32).toString('base64url')}`;
}

function shortId(): string {
  return randomUUID().slice(0, 8);
}

/** Several processes may start at once: the first one to link its file has made the secret for all. */
function readOrMake(folder: string, name: SecretName): string {
  const file = join(folder, name);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It is made below.
  }
  const draft = `${file}.${randomUUID()}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, makers[name](), { mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(`DATA_DIR is not acceptable: ${folder} cannot be written to (${code}).`);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(file, 'utf8');
}
