import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The codes in the mails that were written since then, by address; none when the folder is not there. */
export async function mailedCodes(folder: string, since: Date): Promise<Map<string, string>> {
  // Names begin with the time, colons left out.
  const oldest = since.toISOString().replaceAll(':', '-');
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.endsWith('.eml') && name >= oldest,
  );
  const codes = new Map<string, string>();
  for (const name of names) {
    const mail = await readFile(join(folder, name), 'utf8');
    const address = /^To: .*?([^\s<]+@[^\s>]+)/m.exec(mail)?.[1];
    const code = /\b(\d{6})\b/.exec(mail.slice(mail.indexOf('\n\n')))?.[1];
    if (address && code) codes.set(address, code);
  }
  return codes;
}
