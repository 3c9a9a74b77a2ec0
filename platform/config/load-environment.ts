import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigurationError, isProduction, settingOf, variableOf } from './environment.ts';
import { fileSettingOf, secretOfFileSetting } from './secret-files.ts';

/**
 * The first step of every process: sets what `.env` has and the environment does not, and makes NODE_ENV exactly what it means,
 * because graphql and other packages compare it themselves. Call it before they are imported.
 *
 * @throws {ConfigurationError} when the file is not text, or NODE_ENV is unknown
 */
export function loadEnvironment(file = '.env', environment: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(environment))
    if (name !== name.trim()) offer(environment, name, value);
  if (existsSync(file)) offerAll(environment, parseEnv(textOf(file)));
  isProduction(environment);
  const nodeEnv = settingOf('NODE_ENV', environment);
  if (nodeEnv === undefined) delete environment['NODE_ENV'];
  else environment['NODE_ENV'] = nodeEnv;
}

/** A secret that the environment gives in one form is not taken from `.env` in the other, so the environment goes first. */
function offerAll(environment: NodeJS.ProcessEnv, values: NodeJS.Dict<string>): void {
  const before = { ...environment };
  for (const [name, value] of Object.entries(values)) {
    const otherForm = fileSettingOf(name) ?? secretOfFileSetting(name);
    if (!otherForm || variableOf(otherForm, before) === undefined) offer(environment, name, value);
  }
}

/** Under its name without what an editor left around it; `trim` takes a byte order mark, too. */
function offer(environment: NodeJS.ProcessEnv, name: string, value: string | undefined): void {
  if (variableOf(name.trim(), environment) === undefined) environment[name.trim()] = value;
}

function textOf(file: string): string {
  const bytes = readFileSync(file);
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new ConfigurationError(`${file} is not acceptable: expected text in UTF-8.`);
  return bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n');
}
