import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisService } from '../stores/accounts/redis-users.ts';
import type { Teardown } from './teardown.ts';
import { log } from './screen.ts';
import { isElsewhere, placesOf, reachableHost, SUBGRAPHS, type Subgraph } from './service-places.ts';
import { SERVICE_PROGRAMS } from './service-programs.ts';
import { ServiceProcess, type Service, type ServiceProcessOptions } from './service-process.ts';
import type { Settings } from './settings.ts';
import type { StoreUrls } from './stores.ts';

type ServiceSettings = Pick<Settings, 'ports' | 'dataDir' | 'host' | 'urls'>;

export type Services = { subgraphs: Service[]; router: Service };

/**
 * The four processes, with one environment but for the stores: each has its own accounts there, where they are private. A subgraph
 * that a URL of the environment places elsewhere is not among them.
 *
 * @param build the folder of what is compiled, in the project's root
 */
export function describeServices(settings: ServiceSettings, stores: StoreUrls, build = 'dist'): Services {
  const { ports, dataDir, host } = settings;
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(ports).map(([variable, port]) => [variable, String(port)])),
    DATA_DIR: dataDir,
    ...placesOf(settings),
  };
  const service = (name: RedisService, port: number): Service => ({
    name,
    main: `${build}/${SERVICE_PROGRAMS[name]}`,
    url: `http://${reachableHost(host)}:${port}`,
    env: {
      ...env,
      REDIS_URL: stores.redis[name],
      REDIS_URL_FILE: undefined,
      MYSQL_URL: name === 'router' ? undefined : stores.mysql[name],
      MYSQL_URL_FILE: undefined,
      // Its keys need not be fetched from itself.
      ...(name === 'user' ? { JWKS_URL: settings.urls.jwks } : {}),
      // People type `localhost`, which may be either address.
      ...(name === 'router' ? { HOST: host ?? 'localhost' } : {}),
    },
    logFile: join(logs, `${name}.log`),
  });
  const subgraphs: Record<Subgraph, Service> = {
    user: service('user', ports.USER_PORT),
    product: service('product', ports.PRODUCT_PORT),
    order: service('order', ports.ORDER_PORT),
  };
  return {
    subgraphs: SUBGRAPHS.filter((name) => !isElsewhere(name, settings)).map((name) => subgraphs[name]),
    router: service('router', ports.PORT),
  };
}

/** Starts these together and resolves with their processes when all are ready; at the end they are stopped together. */
export async function startServices(
  services: readonly Service[],
  teardown: Teardown,
  options: ServiceProcessOptions = {},
): Promise<ReadonlyMap<string, ServiceProcess>> {
  const processes = services.map((service) => ({ service, process: new ServiceProcess(service, options) }));
  await teardown.add(
    async () => {
      await Promise.all(processes.map((each) => each.process.stop()));
    },
    () => processes.forEach((each) => each.process.kill()),
  );
  await Promise.all(
    processes.map(async (each) => {
      await each.process.start();
      log(`${each.service.name} is ready on port ${new URL(each.service.url).port || 80}`);
    }),
  );
  return new Map(processes.map(({ service, process }) => [service.name, process]));
}
