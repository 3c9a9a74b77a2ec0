import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { refuseCommandLine } from './command-line.ts';

/**
 * The path of another checkout of this project, which an option names. A folder that is none, or that is not built, ends the process.
 *
 * @param given as it was typed
 */
export function readCheckout(option: string, given: string): string {
  const folder = resolve(given);
  if (packageNameIn(folder) !== packageNameIn(resolve('.')))
    refuseCommandLine(`${option} takes a checkout of this project, which ${given} is not.`);
  if (!existsSync(join(folder, 'dist/router/main.js')))
    refuseCommandLine(`${option} names ${given}, which is not built: npm run build there.`);
  return folder;
}

/** The path of a folder that is written to, which is made where it is missing. What cannot be one ends the process. */
export function readOutputFolder(option: string, given: string): string {
  const folder = resolve(given);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    refuseCommandLine(`${option} takes a folder that can be written to, which ${given} is not (${code}).`);
  }
  return folder;
}

function packageNameIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string }).name;
  } catch {
    return undefined;
  }
}
