import { randomUUID } from 'node:crypto';
import type { Caller } from '../../../platform/identity/identity.ts';
import {
  callSigned,
  identityOf,
  type CalledSubgraph,
} from '../../../platform/identity/testing/signed-request.ts';
import type { RunningProcess } from '../../../platform/lifecycle/run-process.ts';
import { createLogger } from '../../../platform/logger.ts';
import type { TestStores } from '../../../tests/harness/stores.ts';
import { readProductConfig, type ProductConfig } from '../config.ts';
import { startProductSubgraph } from '../start.ts';

/** The whole subgraph on a free port, called over HTTP as the router does. */
export interface ProductSubgraph extends RunningProcess {
  /** @param caller anonymous by default */
  request<Data>(query: string, variables?: object, caller?: Caller | null): Promise<Answer<Data>>;
  /** @throws when there are errors */
  read<Data>(query: string, variables?: object, caller?: Caller | null): Promise<Data>;
}

export interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** May change the catalog. */
export const administrator: Caller = {
  userId: randomUUID(),
  scopes: new Set(['catalog:write']),
  sessionId: null,
};
/** Is signed in, without scopes. */
export const buyer: Caller = { userId: randomUUID(), scopes: new Set(), sessionId: null };

export const silent = createLogger('product', 'silent');

export const testConfig = (
  { mysqlUrl, redisUrl, redisPrefix }: TestStores,
  settings: NodeJS.ProcessEnv = {},
): ProductConfig =>
  readProductConfig({
    NODE_ENV: 'test',
    PRODUCT_PORT: '0',
    PRODUCT_IDENTITY_SECRET: 'a secret of the tests',
    MYSQL_URL: mysqlUrl,
    REDIS_URL: redisUrl,
    REDIS_PREFIX: redisPrefix,
    ...settings,
  });

export async function startTestSubgraph(
  stores: TestStores,
  settings: NodeJS.ProcessEnv = {},
): Promise<ProductSubgraph> {
  const config = testConfig(stores, settings);
  const running = await startProductSubgraph(config, silent);
  const subgraph: CalledSubgraph = { name: 'product', url: running.url, secret: config.identitySecret };

  async function request<Data>(
    query: string,
    variables: object = {},
    caller: Caller | null = null,
  ): Promise<Answer<Data>> {
    const response = await callSigned(subgraph, { query, variables }, identityOf(caller));
    return (await response.json()) as Answer<Data>;
  }

  return {
    ...running,
    request,
    async read<Data>(query: string, variables: object = {}, caller: Caller | null = null): Promise<Data> {
      const { data, errors } = await request<Data>(query, variables, caller);
      if (errors || !data) throw new Error(`The subgraph answered with ${JSON.stringify(errors)}`);
      return data;
    },
  };
}
