import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { ConfigurationError } from './configuration-error.ts';

/**
 * Settings that are secrets, or URLs that hold a password. Each of them may be given as a file instead, by the setting of the same
 * name with `_FILE` behind it, because orchestrators mount secrets as files and an environment is easier to read than a file.
 */
const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  'MYSQL_URL',
  'MYSQL_REPLICA_URL',
  'REDIS_URL',
  'SMTP_URL',
  'ADMIN_PASSWORD',
  'USER_IDENTITY_SECRET',
  'PRODUCT_IDENTITY_SECRET',
  'ORDER_IDENTITY_SECRET',
  'SIGNING_KEYS',
  'ENCRYPTION_KEYS',
  'LOOKUP_KEY',
  'PAYMENT_PROVIDER_KEY',
  'PAYMENT_WEBHOOK_SECRET',
  'OTEL_EXPORTER_OTLP_HEADERS',
]);

/** Of each subgraph by its name. */
const SECRET_OF_A_SUBGRAPH = /^SUBGRAPH_IDENTITY_SECRET_(?!.*_FILE$)/;

/** @returns the setting that names the file of a secret; undefined for a setting that is no secret */
export const fileSettingOf = (name: string): string | undefined =>
  SECRET_SETTINGS.has(name) || SECRET_OF_A_SUBGRAPH.test(name) ? `${name}_FILE` : undefined;

/** @returns the setting whose value the file of this setting holds; undefined for a setting that names no secret's file */
export const secretOfFileSetting = (name: string): string | undefined => {
  const secret = name.replace(/_FILE$/, '');
  return fileSettingOf(secret) === name ? secret : undefined;
};

/**
 * @param setting names the file
 * @returns its text, with the line break at its end
 * @throws {ConfigurationError} when the file cannot be read, is not text, is empty, or has several lines and is not JSON, as a key set is
 */
export function readSecretFile(setting: string, file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(`${setting} is not acceptable: the file ${file} cannot be read (${code}).`);
  }
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new ConfigurationError(
      `${setting} is not acceptable: expected the file ${file} to be text in UTF-8.`,
    );
  const text = bytes.toString('utf8');
  const secret = text.replace(/^\uFEFF/, '').trim();
  if (/[\r\n\u2028\u2029]/.test(secret) && !isJson(secret))
    throw new ConfigurationError(
      `${setting} is not acceptable: the file ${file} has more than one line; expected the secret alone.`,
    );
  if (/^(["']?)\s*\1$/.test(secret))
    throw new ConfigurationError(`${setting} is not acceptable: the file ${file} is empty.`);
  return text;
}

/** A key set may be written over several lines. */
function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
