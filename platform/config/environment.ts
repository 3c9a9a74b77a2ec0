import { z } from 'zod';

/** A setting that is missing or wrong. Its message names the variable and is meant for a person. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The names of all that was read so far. */
export const knownSettings = new Set<string>();

/**
 * One setting as every process reads it: without the space, carriage return, byte order mark or pair of quotes that an editor, a
 * shell or `docker --env-file` left around it. No other code reads a variable, so none can take the same value for something else.
 *
 * @returns undefined for one that is not set or empty
 */
export function settingOf(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  knownSettings.add(name);
  const given = environment[name]?.trim();
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
