import { readFileSync } from 'node:fs';

/** What is wrong with the URL of a store: the rest of a sentence that begins with the setting. Never holds a part of the URL but option names. */
export class UrlProblem extends Error {
  override readonly name = 'UrlProblem';
}

/** Of an option. Anything else may be part of a password with a `?` that was not encoded, and is not repeated in a message. */
const PRESENTABLE = /^[a-z][a-z0-9_-]{0,30}$/i;

/**
 * The options of a store's URL, behind its question mark. One that no code reads would be dropped silently, and with it what its
 * author relies on, such as an encrypted connection.
 *
 * @param understood the names of all options
 * @throws {UrlProblem} for an option that is not understood, is given twice with different values, or is empty
 */
export function readUrlOptions<Name extends string>(
  query: string,
  understood: readonly Name[],
): Partial<Record<Name, string>> {
  const options: Partial<Record<Name, string>> = {};
  for (const [given, value] of new URLSearchParams(query)) {
    const name = understood.find((one) => one === given);
    if (name === undefined) throw new UrlProblem(notUnderstood(given, understood));
    if (value === '') throw new UrlProblem(`its option ${name} has no value`);
    if ((options[name] ?? value) !== value) throw new UrlProblem(`its option ${name} is given twice`);
    options[name] = value;
  }
  return options;
}

const notUnderstood = (given: string, understood: readonly string[]): string =>
  `its option ${PRESENTABLE.test(given) ? `${given} ` : ''}is not understood; understood are ${understood.join(', ')}`;

/** @param file of the option, in PEM @throws {UrlProblem} when it cannot be read */
export function readPem(option: string, file: string): Buffer;
export function readPem(option: string, file: string | undefined): Buffer | undefined;
export function readPem(option: string, file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UrlProblem(`the file of its option ${option} cannot be read (${code}): ${file}`);
  }
  if (!pem.includes('-----BEGIN '))
    throw new UrlProblem(`the file of its option ${option} is not in PEM format: ${file}`);
  return pem;
}

/** As in a URL: `[::1]:3306`. */
export const addressOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** A part of a URL without its percent encoding. @throws {UrlProblem} */
export function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UrlProblem('its user or password has a % that is no percent encoding; write it as %25');
  }
}
