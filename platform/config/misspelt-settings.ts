import { ConfigurationError, isProduction, knownSettings, variableOf } from './environment.ts';
import { fileSettingOf, secretOfFileSetting } from './secret-files.ts';

export interface MisspeltSetting {
  readonly given: string;
  readonly setting: string;
}

/** Characters. Shorter names are too close to variables of the system, as `POST` is to `PORT`. */
const SHORTEST = 6;

/**
 * Variables whose name differs from that of a setting in capitals or in one character, or has two of them exchanged: nothing reads
 * them, so a switch that is given by such a name is not set.
 *
 * @param known the settings that this process reads
 */
export function misspeltSettings(
  environment: NodeJS.ProcessEnv = process.env,
  known: ReadonlySet<string> = knownSettings,
): MisspeltSetting[] {
  return Object.keys(environment)
    .filter((given) => given.length >= SHORTEST && !known.has(given))
    .flatMap((given) => {
      const setting = [...known].find((one) => isAlmost(given.toUpperCase(), one));
      return setting === undefined ? [] : [{ given, setting }];
    });
}

/**
 * The last step of reading settings. In production, a limit or a switch that is set must not keep its default because of its spelling; a
 * misspelt `NODE_ENV` may be meant for production. Where the setting itself is set, too, the other variable belongs to something else.
 *
 * @throws {ConfigurationError} one sentence for each
 */
export function assertSpelling(environment: NodeJS.ProcessEnv = process.env): void {
  const production = isProduction(environment);
  const values = new Map(Object.entries(environment));
  const sentences = misspeltSettings(environment)
    .filter(({ given, setting }) => {
      const matters = production || setting === 'NODE_ENV';
      return matters && (values.get(given) ?? '').trim() !== '' && !isSet(setting, environment);
    })
    .map(
      ({ given, setting }) =>
        `${given} is not a setting. Expected ${setting}: correct the name, or set both.`,
    );
  if (sentences.length > 0) throw new ConfigurationError(sentences.join('\n'));
}

/** In either form, where it is a secret. */
function isSet(setting: string, environment: NodeJS.ProcessEnv): boolean {
  const forms = [setting, fileSettingOf(setting), secretOfFileSetting(setting)];
  return forms.some((form) => form !== undefined && variableOf(form, environment) !== undefined);
}

/** Whether one insertion, deletion, replacement or exchange of neighbours, or none, makes one of the other. */
function isAlmost(one: string, other: string): boolean {
  if (one === other) return true;
  if (Math.abs(one.length - other.length) > 1) return false;
  let same = 0;
  while (same < one.length && one[same] === other[same]) same++;
  const [restOfOne, restOfOther] = [one.slice(same), other.slice(same)];
  return (
    restOfOne.slice(1) === restOfOther ||
    restOfOne === restOfOther.slice(1) ||
    restOfOne.slice(1) === restOfOther.slice(1) ||
    (restOfOne.slice(2) === restOfOther.slice(2) &&
      restOfOne[0] === restOfOther[1] &&
      restOfOne[1] === restOfOther[0])
  );
}
