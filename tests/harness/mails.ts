import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from './wait-until.ts';

const SIX_DIGITS = /\b(\d{6})\b/;
const RESET_CODE = /\b(\w{4}-\w{4}-\w{4})\b/;

/** The code in the newest mail to an address. */
export const mailedCode = (folder: string, address: string): Promise<string> =>
  codeIn(folder, address, SIX_DIGITS);

/** The code for a new password in the newest mail to an address. */
export const mailedResetCode = (folder: string, address: string): Promise<string> =>
  codeIn(folder, address, RESET_CODE);

function codeIn(folder: string, address: string, pattern: RegExp): Promise<string> {
  return waitUntil(
    `a mail to ${address}`,
    () => newestCode(folder, address, pattern),
    (code): code is string => code !== null,
  ) as Promise<string>;
}

async function newestCode(folder: string, address: string, pattern: RegExp): Promise<string | null> {
  const files = (await readdir(folder).catch(() => []))
    .filter((name) => name.endsWith('.eml'))
    .sort()
    .reverse();
  for (const file of files) {
    const mail = await readFile(join(folder, file), 'utf8');
    if (!mail.includes(address)) continue;
    const [, ...paragraphs] = mail.split(/\r?\n\r?\n/);
    return pattern.exec(paragraphs.join('\n'))?.[1] ?? null;
  }
  return null;
}
