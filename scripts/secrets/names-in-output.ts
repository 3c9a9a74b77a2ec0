import { fstatSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** What this process writes to, by a name that can be opened for reading where the system has one (Linux). */
const OUTPUT = '/proc/self/fd/1';

/**
 * The settings in the file that standard output is appended to, such as another one than `.env`; none where it is no file, or the
 * system does not let it be read.
 */
export function namesInOutput(): readonly string[] {
  try {
    if (!fstatSync(1).isFile()) return [];
    const settings = parseEnv(readFileSync(OUTPUT, 'utf8'));
    return Object.keys(settings).filter((name) => settings[name] !== '');
  } catch {
    return [];
  }
}
