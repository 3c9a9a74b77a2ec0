import { resolve } from 'node:path';

/** Of the checkout; the commands run this file as it was compiled, in dist/. */
const PROGRAM = new URL('record-requests.mjs', import.meta.url);

/**
 * What the processes of a system under test have in their environment so that, with `RECORD_REQUESTS=<folder>`, each router writes the
 * requests that it is sent to that folder.
 */
export function recording(): NodeJS.ProcessEnv {
  const folder = process.env['RECORD_REQUESTS'];
  if (!folder) return {};
  const program = new URL(PROGRAM);
  program.searchParams.set('folder', resolve(folder));
  return { NODE_OPTIONS: `--import=${program.href}` };
}
