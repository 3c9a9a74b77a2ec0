/** `npm start`: stores, subgraphs, router, demo data, until Ctrl-C. */
import { loadEnvironment } from '../platform/config/load-environment.ts';
import { readCommandLine } from './command-line.ts';
import { help } from './help.mjs';
import { ownerOf } from './start/data-dir-lock.ts';
import { Teardown } from './start/teardown.ts';
import { runSupergraph } from './start/run-supergraph.ts';
import { runUntilStopped } from './start/run-until-stopped.ts';
import { readSettings } from './start/settings.ts';
import { readStoreNotes, storeLines } from './start/store-notes.ts';

const {
  values: { urls: showsUrls, 'no-demo': noDemo },
} = readCommandLine(help.start, {
  options: { urls: { type: 'boolean' }, 'no-demo': { type: 'boolean' } },
});
const teardown = new Teardown();

runUntilStopped(teardown, async () => {
  loadEnvironment();
  const settings = readSettings();
  if (showsUrls && ownerOf(settings.dataDir) !== undefined) return showUrls(settings.dataDir);
  await runSupergraph(settings, teardown, { build: 'dist', demo: !noDemo, showsUrls: showsUrls ?? false });
});

/** Of the stores of the start that is running. */
function showUrls(dataDir: string): void {
  const notes = readStoreNotes(dataDir);
  if (notes === undefined) throw new Error('npm start has not opened its stores yet.');
  console.log(storeLines(notes) || '  It uses MYSQL_URL and REDIS_URL.');
}
