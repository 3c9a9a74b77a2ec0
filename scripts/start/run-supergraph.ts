import { checkSettings } from './check-settings.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { fillShop, findProductsOnSale, type OnSale } from './demo.ts';
import type { Teardown } from './teardown.ts';
import { finalScreen } from './final-screen.ts';
import { FIRST_PRODUCT } from './first-purchase.ts';
import { requireFreePorts } from './ports.ts';
import { log, warn } from './screen.ts';
import { chooseMoreOrderPorts, isElsewhere, reachableHost, SUBGRAPHS } from './service-places.ts';
import type { ServiceProcess, ServiceProcessOptions } from './service-process.ts';
import { describeServices, startServices } from './services.ts';
import type { Settings } from './settings.ts';
import { noteStores, storeLines } from './store-notes.ts';
import { openStores, plannedStores } from './stores.ts';

export interface RunOptions extends ServiceProcessOptions {
  /** The folder of the compiled services, in the project's root. */
  readonly build: 'dist' | 'dist-dev';
  readonly demo: boolean;
  /** Whether the last screen names the private stores with their password. */
  readonly showsUrls: boolean;
}

/**
 * Stores, subgraphs, router, demo data, in this order; `teardown` stops them in the opposite one. Resolves, once everything runs, with
 * the processes that were started here, by service.
 *
 * @throws a sentence when one of them does not start
 */
export async function runSupergraph(
  settings: Settings,
  teardown: Teardown,
  options: RunOptions,
): Promise<ReadonlyMap<string, ServiceProcess>> {
  const { build, demo, showsUrls } = options;
  for (const { message } of settings.standIns) warn(message);
  await teardown.add(lockDataDir(settings.dataDir));
  await requireFreePorts({ ...settings.ports, ...settings.otherPorts });

  const places = { ...settings, moreOrderPorts: await chooseMoreOrderPorts(settings) };
  const planned = describeServices(places, plannedStores(settings), build);
  await checkSettings([...planned.subgraphs, planned.router]);

  const stores = await openStores(settings, teardown);
  await teardown.add(noteStores(settings.dataDir, stores.notes));
  const { subgraphs, router } = describeServices(places, stores, build);
  for (const name of SUBGRAPHS.filter((subgraph) => isElsewhere(subgraph, settings)))
    log(`${name} is not started here: ${name.toUpperCase()}_URL names another`);
  const processes = new Map([
    ...(await startServices(subgraphs, teardown, options)),
    ...(await startServices([router], teardown, options)),
  ]);

  const onSale = demo && hasDemo(settings) ? await openDemoShop(settings) : null;
  const lines = showsUrls ? storeLines(stores.notes) : '';
  if (!teardown.hasBegun) console.log(finalScreen({ settings, onSale, stores: lines }));
  return processes;
}

/** Demo accounts can sign in only where the tokens are those of the user subgraph that runs here. */
function hasDemo(settings: Settings): boolean {
  if (settings.isProduction) return false;
  if (settings.urls.jwks === undefined) return true;
  log('JWKS_URL is set, so there is no demo data');
  return false;
}

async function openDemoShop({ ports, host, dataDir }: Settings): Promise<OnSale> {
  const graphqlUrl = `http://${reachableHost(host)}:${ports.PORT}/graphql`;
  await fillShop(graphqlUrl, dataDir);
  return findProductsOnSale(graphqlUrl, FIRST_PRODUCT);
}
