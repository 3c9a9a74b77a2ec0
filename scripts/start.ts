/** `npm start`: stores, subgraphs, router, demo data, in this order; and everything back again in the opposite one. */
import { ConfigurationError } from '../platform/config/environment.ts';
import { loadEnvironment } from '../platform/config/load-environment.ts';
import { lockDataDir } from './start/data-dir-lock.ts';
import { fillShop, findProductOnSale } from './start/demo.ts';
import { Ending } from './start/ending.ts';
import { finalScreen } from './start/final-screen.ts';
import { requireFreePorts } from './start/ports.ts';
import { say, warn } from './start/screen.ts';
import { describeServices, startServices } from './start/services.ts';
import { readSettings } from './start/settings.ts';
import { openStores } from './start/stores.ts';

const ending = new Ending();

async function start(): Promise<void> {
  loadEnvironment();
  const settings = readSettings();
  for (const { message } of settings.standIns) warn(message);
  await ending.add(lockDataDir(settings.dataDir));
  await requireFreePorts(settings.ports);

  const stores = await openStores(settings, ending);
  const { subgraphs, router } = describeServices(settings, stores);
  await startServices(subgraphs, ending);
  await startServices([router], ending);

  const graphqlUrl = `http://127.0.0.1:${settings.ports.PORT}/graphql`;
  if (!settings.isProduction) await fillShop(graphqlUrl, settings.dataDir);
  const productOnSale = settings.isProduction ? undefined : await findProductOnSale(graphqlUrl);
  if (!ending.hasBegun) console.log(finalScreen(settings, productOnSale));
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

start().catch((error: unknown) => {
  // What fails while everything is being stopped fails because of that.
  if (ending.hasBegun) return;
  const isForPeople =
    error instanceof ConfigurationError || (error instanceof Error && error.name === 'Error');
  console.error(`\n${isForPeople ? error.message : error instanceof Error ? error.stack : String(error)}`);
  void end(1);
});
