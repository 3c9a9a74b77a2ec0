import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** How to reach the private stores of this start, by name; with the account that may do everything. */
const notes = z.record(z.string(), z.string());

export type StoreNotes = Readonly<Record<string, string>>;

const fileIn = (dataDir: string) => join(dataDir, 'stores.json');

/**
 * Notes them for commands in another shell, such as `npm start -- --urls`, until the stores end. Only the owner can read the file.
 *
 * @returns removes it
 */
export function noteStores(dataDir: string, urls: StoreNotes): () => void {
  const file = fileIn(dataDir);
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify(urls), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** Of the start that uses this data folder; undefined when there is none, or it has not opened its stores yet. */
export function readStoreNotes(dataDir: string): StoreNotes | undefined {
  const file = fileIn(dataDir);
  return existsSync(file) ? notes.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/** For a screen. */
export const storeLines = (urls: StoreNotes): string =>
  Object.entries(urls)
    .map(([name, url]) => `  ${name.padEnd(12)} ${url}\n`)
    .join('');
