import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One store's folder: only for the user who owns it, since its password lies in it. */
export type StoreFolder = {
  path: string;
  /** A path inside the folder. */
  file(name: string): string;
  /** Writes a file that only its owner can read. */
  writePrivate(name: string, text: string): string;
  /** Made once and kept, so that a store that is started again on the same port keeps its URL. Safe in SQL and URLs. */
  password: string;
};

/** Opens the folder, making it (and the password) when it is new. */
export function openStoreFolder(dataDir: string): StoreFolder {
  const path = resolve(dataDir);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
  const file = (name: string) => join(path, name);
  const writePrivate = (name: string, text: string) => {
    writeFileSync(file(name), text, { mode: 0o600 });
    return file(name);
  };
  return { path, file, writePrivate, password: passwordIn(file('password'), writePrivate) };
}

function passwordIn(path: string, writePrivate: StoreFolder['writePrivate']): string {
  try {
    const kept = readFileSync(path, 'utf8').trim();
    if (/^[\w-]{20,}$/.test(kept)) return kept;
  } catch {
    // A new folder.
  }
  const password = randomBytes(24).toString('base64url');
  writePrivate('password', `${password}\n`);
  return password;
}
