import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisService } from '../stores/accounts/redis-users.ts';
import type { Ending } from './ending.ts';
import { say } from './screen.ts';
import { ServiceProcess, type Service } from './service-process.ts';
import type { Settings } from './settings.ts';
import type { StoreUrls } from './stores.ts';

export type Services = { subgraphs: Service[]; router: Service };

/** The four processes, with one environment but for the stores: each has its own accounts there, where they are private. */
export function describeServices(settings: Settings, stores: StoreUrls): Services {
  const { ports, dataDir } = settings;
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const user = `http://127.0.0.1:${ports.USER_PORT}`;
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(ports).map(([variable, port]) => [variable, String(port)])),
    DATA_DIR: dataDir,
    USER_URL: `${user}/graphql`,
    PRODUCT_URL: `http://127.0.0.1:${ports.PRODUCT_PORT}/graphql`,
    ORDER_URL: `http://127.0.0.1:${ports.ORDER_PORT}/graphql`,
    JWKS_URL: `${user}/.well-known/jwks.json`,
  };
  const service = (name: RedisService, folder: string, port: number): Service => ({
    name,
    main: `dist/${folder}/main.js`,
    port,
    env: {
      ...env,
      REDIS_URL: stores.redis[name],
      REDIS_URL_FILE: undefined,
      MYSQL_URL: name === 'router' ? undefined : stores.mysql[name],
      MYSQL_URL_FILE: undefined,
    },
    logFile: join(logs, `${name}.log`),
  });
  return {
    subgraphs: [
      service('user', 'subgraphs/user', ports.USER_PORT),
      service('product', 'subgraphs/product', ports.PRODUCT_PORT),
      service('order', 'subgraphs/order', ports.ORDER_PORT),
    ],
    router: service('router', 'router', ports.PORT),
  };
}

/** Starts these together and resolves when all are ready; at the end they are stopped together. */
export async function startServices(services: readonly Service[], ending: Ending): Promise<void> {
  const processes = services.map((service) => ({ service, process: new ServiceProcess(service) }));
  await ending.add(
    async () => {
      await Promise.all(processes.map((each) => each.process.stop()));
    },
    () => processes.forEach((each) => each.process.kill()),
  );
  await Promise.all(
    processes.map(async (each) => {
      await each.process.start();
      say(`${each.service.name} is ready on port ${each.service.port}`);
    }),
  );
}
