import { z } from 'zod';

/** A setting that is missing or wrong. Its message names the variable and is meant for a person. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
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
      .map((name) => [name, environment[name]?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
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

export const isProduction = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  environment['NODE_ENV'] === 'production';
