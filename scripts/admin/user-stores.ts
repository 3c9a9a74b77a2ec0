import { join } from 'node:path';
import { settingOf } from '../../platform/config/environment.ts';
import { readStoreNotes } from '../start/store-notes.ts';

/**
 * Where no URL is set, the private stores of the `npm start` that is running with this data folder.
 *
 * @throws with a sentence when there is neither
 */
export function usePrivateStores(): void {
  const dataDir = settingOf('DATA_DIR') ?? '.data';
  const notes = readStoreNotes(dataDir) ?? {};
  for (const [name, setting] of [
    ['MySQL', 'MYSQL_URL'],
    ['Redis', 'REDIS_URL'],
  ] as const) {
    if (settingOf(setting) !== undefined) continue;
    if (notes[name] === undefined)
      throw new Error(
        `Neither is ${setting} set, nor does npm start run with its data in ${join(dataDir, '.')}.`,
      );
    process.env[setting] = notes[name];
  }
}
