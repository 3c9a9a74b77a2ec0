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

type ServiceSettings = Pick<Settings, 'ports' | 'dataDir' | 'host' | 'urls' | 'instances'> & {
  moreOrderPorts: readonly number[];
};

export type Services = { subgraphs: Service[]; router: Service };

/**
 * The router and the processes of the subgraphs, with one environment but for the stores: each service has its own accounts there, where
 * they are private. A subgraph that a URL of the environment places elsewhere is not among them.
 *
 * @param build the folder of what is compiled, in the project's root
 */
export function describeServices(settings: ServiceSettings, stores: StoreUrls, build = 'dist'): Services {
  const { ports, dataDir, host, instances, moreOrderPorts } = settings;
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(ports).map(([variable, port]) => [variable, String(port)])),
    DATA_DIR: dataDir,
    INSTANCES: String(instances),
    ...placesOf(settings),
  };
  const service = (kind: RedisService, port: number, name: string = kind): Service => ({
    name,
    kind,
    main: `${build}/${SERVICE_PROGRAMS[kind]}`,
    url: `http://${reachableHost(host)}:${port}`,
    env: {
      ...env,
      REDIS_URL: stores.redis[kind],
      REDIS_URL_FILE: undefined,
      MYSQL_URL: kind === 'router' ? undefined : stores.mysql[kind],
      MYSQL_URL_FILE: undefined,
      // Its keys need not be fetched from itself.
      ...(kind === 'user' ? { JWKS_URL: settings.urls.jwks } : {}),
      // People type `localhost`, which may be either address.
      ...(kind === 'router' ? { HOST: host ?? 'localhost' } : {}),
    },
    logFile: join(logs, `${name}.log`),
  });
  const subgraphs: Record<Subgraph, readonly Service[]> = {
    user: [service('user', ports.USER_PORT)],
    product: [service('product', ports.PRODUCT_PORT)],
    order: [service('order', ports.ORDER_PORT), ...moreOrderPorts.map(anotherOrder)],
  };
  return {
    subgraphs: SUBGRAPHS.filter((name) => !isElsewhere(name, settings)).flatMap((name) => subgraphs[name]),
    router: service('router', ports.PORT),
  };

  /** Events of the payment provider arrive at the first one: no two processes can have the port. */
  function anotherOrder(port: number, index: number): Service {
    const one = service('order', port, `order-${index + 2}`);
    return { ...one, env: { ...one.env, ORDER_PORT: String(port), PAYMENT_WEBHOOK_PORT: '0' } };
  }
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
