import { knownSettings } from './environment.ts';

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
