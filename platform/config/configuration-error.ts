/** A setting that is missing or wrong. Its message names the variable and is meant for a person. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
