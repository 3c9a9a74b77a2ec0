import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import { fileSettingOf, readSecretFile } from './secret-files.ts';

export { ConfigurationError };

/** The names of all that was read so far. */
export const knownSettings = new Set<string>();

/**
 * One setting as every process reads it: without the space, carriage return, byte order mark or pair of quotes that an editor, a
 * shell or `docker --env-file` left around it. No other code reads a variable, so none can take the same value for something else.
 * A secret is read from the file that `<name>_FILE` names, where that is set.
 *
 * @returns undefined for one that is not set or empty
 * @throws {ConfigurationError} when a secret and its file are both set, or the file is not acceptable
 */
export function settingOf(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = variableOf(name, environment);
  const fileSetting = fileSettingOf(name);
  const file = fileSetting && variableOf(fileSetting, environment);
  if (!file) return given;
  if (given) throw new ConfigurationError(`${name} and ${fileSetting} are both set: expected one of them.`);
  return bare(readSecretFile(fileSetting, file));
}

/** As `settingOf`, of the variable alone: no file of a secret is read. */
export function variableOf(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  knownSettings.add(name);
  return bare(environment[name]);
}

function bare(text: string | undefined): string | undefined {
  const given = text?.trim();
  const [, , inner] = /^(["'])(.*)\1$/s.exec(given ?? '') ?? [];
  return (inner?.trim() ?? given) || undefined;
}

/**
 * Reads settings from environment variables, once, at start.
 *
 * @param shape one zod type per variable; an empty variable counts as not set
 * @throws {ConfigurationError} one sentence for each variable that is missing or wrong
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<Shape>> {
  const given: Record<string, string | undefined> = Object.fromEntries(
    Object.keys(shape)
      .map((name) => [name, settingOf(name, environment)] as const)
      .filter(([, value]) => value !== undefined),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  throw new ConfigurationError(result.error.issues.map(sentence).join('\n'));

  function sentence(issue: z.core.$ZodIssue): string {
    const name = String(issue.path[0]);
    const value = given[name];
    return value === undefined
      ? `${name} must be set: ${issue.message}.`
      : `${name} is not acceptable: ${issue.message}.`;
  }
}

export const nodeEnvironment = {
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'expected development, test or production')
    .default('development'),
};

/** @throws {ConfigurationError} for a NODE_ENV that is none of those known, which might be meant for production */
export const isProduction = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  readEnvironment(nodeEnvironment, environment).NODE_ENV === 'production';
