import { ConfigurationError } from '../../platform/config/environment.ts';
import type { Service } from './service-process.ts';
import type { ServiceName } from './service-programs.ts';

/** Imported only when they are needed: graphql looks at NODE_ENV when it is loaded, and `.env` may set it. */
const READERS: Readonly<Record<ServiceName, () => Promise<(environment: NodeJS.ProcessEnv) => unknown>>> = {
  user: async () => (await import('../../subgraphs/user/config.ts')).readUserConfig,
  product: async () => (await import('../../subgraphs/product/config.ts')).readProductConfig,
  order: async () => (await import('../../subgraphs/order/config.ts')).readOrderConfig,
  router: async () => (await import('../../router/config.ts')).readRouterConfig,
};

/**
 * Reads the settings of services as these will, before stores are started, which takes a while.
 *
 * @throws {ConfigurationError} the sentences of all services, each once
 */
export async function checkSettings(services: readonly Pick<Service, 'kind' | 'env'>[]): Promise<void> {
  const sentences = new Set<string>();
  for (const { kind, env } of services) {
    const read = await READERS[kind]();
    try {
      read(env);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      for (const sentence of error.message.split('\n')) sentences.add(sentence);
    }
  }
  if (sentences.size > 0) throw new ConfigurationError([...sentences].join('\n'));
}
