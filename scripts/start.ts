/** `npm start`: stores, subgraphs, router, demo data, in this order; and everything back again in the opposite one. */
import { ConfigurationError } from '../platform/config/environment.ts';
import { loadEnvironment } from '../platform/config/load-environment.ts';
import { readCommandLine } from './command-line.ts';
import { help } from './help.mjs';
import { checkSettings } from './start/check-settings.ts';
import { lockDataDir, ownerOf } from './start/data-dir-lock.ts';
import { fillShop, findProductsOnSale, type OnSale } from './start/demo.ts';
import { Ending } from './start/teardown.ts';
import { finalScreen } from './start/final-screen.ts';
import { FIRST_PRODUCT } from './start/first-purchase.ts';
import { requireFreePorts } from './start/ports.ts';
import { say, warn } from './start/screen.ts';
import { isElsewhere, reachableHost, SUBGRAPHS } from './start/service-places.ts';
import { describeServices, startServices } from './start/services.ts';
import { readSettings, type Settings } from './start/settings.ts';
import { noteStores, readStoreNotes, storeLines } from './start/store-notes.ts';
import { openStores, plannedStores } from './start/stores.ts';

const ending = new Ending();

const {
  values: { urls: showsUrls, 'no-demo': noDemo },
} = readCommandLine(help.start, {
  options: { urls: { type: 'boolean' }, 'no-demo': { type: 'boolean' } },
});

async function start(): Promise<void> {
  loadEnvironment();
  const settings = readSettings();
  if (showsUrls && ownerOf(settings.dataDir) !== undefined) return showUrls(settings.dataDir);
  for (const { message } of settings.standIns) warn(message);
  await ending.add(lockDataDir(settings.dataDir));
  await requireFreePorts({ ...settings.ports, ...settings.otherPorts });

  const planned = describeServices(settings, plannedStores(settings));
  await checkSettings([...planned.subgraphs, planned.router]);

  const stores = await openStores(settings, ending);
  await ending.add(noteStores(settings.dataDir, stores.notes));
  const { subgraphs, router } = describeServices(settings, stores);
  for (const name of SUBGRAPHS.filter((subgraph) => isElsewhere(subgraph, settings)))
    say(`${name} is not started here: ${name.toUpperCase()}_URL names another`);
  await startServices(subgraphs, ending);
  await startServices([router], ending);

  const onSale = hasDemo(settings) ? await openDemoShop(settings) : null;
  const lines = showsUrls ? storeLines(stores.notes) : '';
  if (!ending.hasBegun) console.log(finalScreen({ settings, onSale, stores: lines }));
}

/** Demo accounts can sign in only where the tokens are those of the user subgraph that runs here. */
function hasDemo(settings: Settings): boolean {
  if (settings.isProduction || noDemo) return false;
  if (settings.urls.jwks === undefined) return true;
  say('JWKS_URL is set, so there is no demo data');
  return false;
}

async function openDemoShop({ ports, host, dataDir }: Settings): Promise<OnSale> {
  const graphqlUrl = `http://${reachableHost(host)}:${ports.PORT}/graphql`;
  await fillShop(graphqlUrl, dataDir);
  return findProductsOnSale(graphqlUrl, FIRST_PRODUCT);
}

/** Of the stores of the start that is running. */
function showUrls(dataDir: string): void {
  const notes = readStoreNotes(dataDir);
  if (notes === undefined) throw new Error('npm start has not opened its stores yet.');
  console.log(storeLines(notes) || '  It uses MYSQL_URL and REDIS_URL.');
}

async function end(exitCode: number): Promise<void> {
  await ending.run();
  process.exit(exitCode);
}

/** Whoever presses Ctrl-C again does not want to wait. The stores still end in order: their guardians see to it. */
function endHard(): void {
  ending.runHard();
  process.exit(130);
}

/** One Ctrl-C can arrive several times, from the terminal and from npm, but then at once. */
const samePressMs = 500;
let endBegan = 0;

function onSignal(signal: NodeJS.Signals | 'disconnect'): void {
  if (ending.hasBegun) {
    if (signal === 'SIGINT' && Date.now() - endBegan > samePressMs) endHard();
    return;
  }
  endBegan = Date.now();
  say('stopping everything');
  void end(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
// Whoever started us was killed, and we with it as far as anyone can see.
process.on('disconnect', () => onSignal('disconnect'));
// The channel is only watched: what `--urls` prints would else be followed by a wait for its end.
process.channel?.unref();

start().catch((error: unknown) => {
  // What fails while everything is being stopped fails because of that.
  if (ending.hasBegun) return;
  const isForPeople =
    error instanceof ConfigurationError || (error instanceof Error && error.name === 'Error');
  console.error(`\n${isForPeople ? error.message : error instanceof Error ? error.stack : String(error)}`);
  void end(1);
});
