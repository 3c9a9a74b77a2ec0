import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from './wait-until.ts';

/** The code in the newest mail to an address. */
export async function mailedCode(folder: string, address: string): Promise<string> {
  return waitUntil(
    `a mail to ${address}`,
    () => newestCode(folder, address),
    (code): code is string => code !== null,
  ) as Promise<string>;
}

async function newestCode(folder: string, address: string): Promise<string | null> {
  const files = (await readdir(folder).catch(() => []))
    .filter((name) => name.endsWith('.eml'))
    .sort()
    .reverse();
  for (const file of files) {
    const mail = await readFile(join(folder, file), 'utf8');
    if (!mail.includes(address)) continue;
    const [, ...paragraphs] = mail.split(/\r?\n\r?\n/);
    return /\b(\d{6})\b/.exec(paragraphs.join('\n'))?.[1] ?? null;
  }
  return null;
}
